import type { Api } from '../api.ts'
import type { ApiOperation } from '../operations/operation.ts'
import { wordsOf } from '../operations/operation-name.ts'
import { snapshotOf, snapshotPath } from '../snapshot.ts'
import { operationsFile } from './operations-file.ts'
import { type Creators, type Facts, mainFile, pluginFile, settingsFile } from './plugin-files.ts'
import { schemasFile } from './schemas-file.ts'
import { testFiles } from './test-files.ts'
import { conversationFile, legalFile, readmeFile } from './text-files.ts'

/** More operations are in a file for each tag. */
const mostInOneFile = 12

/** The files of the plugin that depend on the API, in auth mode none. `shown` says where the document was. */
export function filesOf(
  api: Api,
  facts: Facts,
  shown: string,
  include: readonly string[],
): [path: string, text: string][] {
  const operations = operationFiles(api)
  const creators = operations.map(({ create, file }) => ({ create, file }))
  const schemas = schemasFile(api)
  return [
    ['src/main.ts', mainFile(facts)],
    ['src/plugin.ts', pluginFile(api, facts, creators)],
    ['src/settings.ts', settingsFile(api, facts)],
    ...operations.map(({ file, text }): [string, string] => [`src/${file}`, text]),
    ...(schemas === undefined ? [] : [['src/schemas.ts', schemas] as [string, string]]),
    ...testFiles(api, facts),
    ['README.md', readmeFile(api, facts, shown, operations.length > 1)],
    ['conversation.md', conversationFile(api, facts)],
    ['legal.html', legalFile(facts, api)],
    [snapshotPath, `${JSON.stringify(snapshotOf(api, shown, include), undefined, 2)}\n`],
  ]
}

function operationFiles(api: Api): (Creators[number] & { text: string })[] {
  const { operations, leftOut } = api
  const groups = Map.groupBy(operations, ({ tag }) => fileName(tag))
  if (operations.length <= mostInOneFile || groups.size === 1) {
    const create = 'createOperations'
    return [
      {
        create,
        file: 'operations.ts',
        text: operationsFile(api, operations, { create, schemas: './schemas.ts', leftOut }),
      },
    ]
  }
  const list = small(groups)
  return list.map(([tag, some], index) => {
    const create = `create${pascalOf(tag)}Operations`
    const own = index === list.length - 1 ? leftOut : []
    return {
      create,
      file: `operations/${tag}.ts`,
      text: operationsFile(api, some, { create, schemas: '../schemas.ts', leftOut: own }),
    }
  })
}

/** Groups of one operation go together. */
function small(groups: ReadonlyMap<string, ApiOperation[]>): [string, ApiOperation[]][] {
  const large = [...groups].filter(([, some]) => some.length > 1)
  const rest = [...groups].filter(([, some]) => some.length === 1)
  if (rest.length <= 1) return [...large, ...rest]
  return [
    ...large.filter(([tag]) => tag !== 'others'),
    ['others', [...(groups.get('others') ?? []), ...rest.flatMap(([tag, some]) => (tag === 'others' ? [] : some))]],
  ]
}

const fileName = (tag: string): string =>
  wordsOf(tag)
    .join('-')
    .toLowerCase()
    .slice(0, 40)
    .replace(/^[\d-]+|-+$/g, '') || 'others'

const pascalOf = (kebab: string): string =>
  kebab
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
