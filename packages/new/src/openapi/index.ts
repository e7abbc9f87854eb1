import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthMode } from '../auth/auth-mode.ts'
import { changeAuth } from '../auth/change-auth.ts'
import { planFrame } from '../copy/plan-frame.ts'
import { checkTitle, type Name, titleOf } from '../name.ts'
import type { Plan } from '../plan.ts'
import { Refusal } from '../refusal.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type Api, readApi } from './api.ts'
import { operationsFile } from './files/operations-file.ts'
import { type Creators, type Facts, mainFile, pluginFile, settingsFile } from './files/plugin-files.ts'
import { schemasFile } from './files/schemas-file.ts'
import { testFiles } from './files/test-files.ts'
import { withoutClaims } from './files/text.ts'
import { conversationFile, legalFile, readmeFile } from './files/text-files.ts'
import type { ApiOperation } from './operations/operation.ts'
import { wordsOf } from './operations/operation-name.ts'
import { differences, type Snapshot, snapshotOf } from './snapshot.ts'
import { readSource } from './source.ts'

export interface OpenApiRequest {
  workspace: Workspace
  name: Name
  /** From `--title`; by default that of the document. */
  title: string | undefined
  port: number
  auth: AuthMode
  /** A file or a URL. */
  source: string
  /** Tags, paths or names of operations; by default all. */
  include: readonly string[]
  baseUrl: string | undefined
}

const longestTitle = 20
/** More operations are in a file for each tag. */
const mostInOneFile = 12
const snapshotPath = 'api.json'

/**
 * Plans a plugin for the API that the document describes.
 * @throws Refusal
 */
export async function planOpenApi(request: OpenApiRequest): Promise<Plan> {
  const { workspace, name, port, include, baseUrl } = request
  const source = await readSource(request.source)
  const api = readApi(source, { name, include, baseUrl })
  const title = request.title ?? titleIn(api, name)
  const facts: Facts = { name, title, port }
  const plan = planFrame({ workspace, name, title, port })
  // It would call the API itself.
  plan.files.delete('test/fuzz.test.ts')
  const operations = operationFiles(api)
  const schemas = schemasFile(api)
  const files: [string, string][] = [
    ['src/main.ts', mainFile(facts)],
    [
      'src/plugin.ts',
      pluginFile(
        api,
        facts,
        operations.map(({ create, file }) => ({ create, file })),
      ),
    ],
    ['src/settings.ts', settingsFile(api, facts)],
    ...operations.map(({ file, text }): [string, string] => [`src/${file}`, text]),
    ...(schemas === undefined ? [] : [['src/schemas.ts', schemas] as [string, string]]),
    ...testFiles(api, facts),
    ['README.md', readmeFile(api, facts, source.shown, operations.length > 1)],
    ['conversation.md', conversationFile(api, facts)],
    ['legal.html', legalFile(facts, api)],
    [snapshotPath, `${JSON.stringify(snapshotOf(api, source.shown, include), undefined, 2)}\n`],
  ]
  for (const [path, text] of files) plan.files.set(path, text)
  // Whoever can call the plugin acts with its secret, so it must not be open to everyone.
  const auth = request.auth === 'none' && api.credentials.length > 0 ? 'service' : request.auth
  if (auth !== 'none') changeAuth(plan, { workspace, name, title, auth })
  plan.notes.push(...notesOf(api, auth))
  return plan
}

/**
 * The differences between the document that the plugin was made from and the one that is there now.
 * @throws Refusal
 */
export async function compareOpenApi({ workspace, name, source, include, baseUrl }: OpenApiRequest): Promise<string[]> {
  const path = join(workspace.root, 'plugins', name.kebab, snapshotPath)
  if (!existsSync(path))
    throw new Refusal(
      `plugins/${name.kebab} exists and was not made by --openapi: choose another name, or remove the folder`,
    )
  const before = readSnapshot(path)
  const chosen = include.length > 0 ? include : before.include
  const found = await readSource(source)
  const api = readApi(found, { name, include: chosen, baseUrl: baseUrl ?? serverUnless(before, found.shown) })
  const lines = differences(before, snapshotOf(api, found.shown, chosen))
  if (lines.length === 0) return [`${found.shown} has what plugins/${name.kebab} was made from: nothing is different`]
  const end = `Nothing was written. Change the code of plugins/${name.kebab} where you want to follow.`
  return [...lines, end]
}

/** A document that names no server keeps the one that was given when the plugin was made. */
const serverUnless = ({ baseUrl }: Snapshot, shown: string): string | undefined =>
  /^https?:/.test(shown) ? undefined : baseUrl

function readSnapshot(path: string): Snapshot {
  try {
    const {
      include = [],
      baseUrl = '',
      operations = {},
      leftOut = {},
      source = '',
    } = JSON.parse(readFileSync(path, 'utf8'))
    return { include, baseUrl, operations, leftOut, source }
  } catch {
    throw new Refusal(`${path} is not valid JSON: restore it`)
  }
}

/** The title of the document without what every such title says, or else the name. */
function titleIn({ title }: Api, name: Name): string {
  const words = withoutClaims(title)
    .replaceAll(/\b(swagger|openapi|open api|rest|api|apis|specification|spec|v?\d+(\.\d+)*)\b|[-–:(].*$/gi, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  let fit = ''
  for (const word of words) if (`${fit} ${word}`.trim().length <= longestTitle) fit = `${fit} ${word}`.trim()
  for (const candidate of [fit, titleOf(name)])
    try {
      if (candidate.length > 1) return checkTitle(candidate)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  return checkTitle(titleOf(name).slice(0, longestTitle).trim())
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

function notesOf({ credentials, leftOut, unknown }: Api, auth: AuthMode): string[] {
  return [
    ...credentials.map(({ variable, words }) => `Set ${variable}: ${words}.`),
    ...(credentials.length > 0 && auth === 'service'
      ? ['The plugin holds a secret of the API, so assistants need a token of the plugin (--auth service).']
      : []),
    ...unknown.map((scheme) => `The API has a way to sign in that the client does not know: ${scheme}.`),
    ...leftOut.map(({ route, reason }) => `Left out: ${route}: ${reason}.`),
  ]
}
