import { codeOf, membersCode } from '../answers/code.ts'
import type { Api } from '../api.ts'
import { callCode } from '../inputs/code.ts'
import type { ApiOperation, LeftOut } from '../operations/operation.ts'
import { comment, quoted } from './text.ts'

const mostLeftOut = 60
/** What the code may need of core. */
const functions = ['given', 'jsonText', 'operation', 'text']
const values = ['cutOutput', 'doneOutput', 'int64', 'upstreamErrors']

/** The outputs of some operations: each text of code once, with its name. */
class Outputs {
  readonly #names = new Map<string, string>()
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  nameOf({ id, answer: { shape, as } }: ApiOperation): string {
    if (!shape) return 'doneOutput'
    const isNamed = as === undefined && shape.kind === 'named'
    const code =
      as !== undefined
        ? `z.object({ ${as}: ${codeOf(shape)}, ...cutOutput })`
        : shape.kind === 'object'
          ? `z.object({\n${membersCode(shape)}...cutOutput,\n})`
          : `${codeOf(shape)}.extend(cutOutput)`
    const name = this.#names.get(code) ?? (isNamed && shape.kind === 'named' ? `${shape.name}Output` : `${id}Output`)
    this.#names.set(code, name)
    return name
  }

  /** The named schemas that the outputs need. */
  used(operations: readonly ApiOperation[]): string[] {
    const names = new Set<string>()
    const shapes = operations.flatMap(({ answer }) => answer.shape ?? [])
    for (const [name] of this.#api.named.inOrder(shapes))
      if ([...this.#names.keys()].some((code) => new RegExp(`\\b${name}\\b`).test(code))) names.add(name)
    return [...names].sort()
  }

  code(): string {
    return Array.from(this.#names, ([code, name]) => `const ${name} = ${code}\n`).join('')
  }
}

/**
 * The code of `src/operations.ts`, or of one of several files.
 * @param create the name of its function
 * @param schemas where the named schemas are, from this file
 */
export function operationsFile(
  api: Api,
  operations: readonly ApiOperation[],
  { create, schemas, leftOut }: { create: string; schemas: string; leftOut: readonly LeftOut[] },
): string {
  const outputs = new Outputs(api)
  const body = operations.map((one) => operationCode(one, outputs.nameOf(one))).join('\n')
  const code = withoutTexts(`${outputs.code()}${body}`)
  const imported = [
    ...functions.filter((name) => new RegExp(`\\b${name}\\(`).test(code)),
    ...values.filter((name) => new RegExp(`\\b${name}\\b(?!:)`).test(code)),
  ]
  const named = outputs.used(operations)
  return [
    `import { ${[...imported, 'type Upstream'].join(', ')} } from '@reference-plugins/core'\n`,
    `import { z } from 'zod'\n`,
    named.length > 0 ? `import { ${named.join(', ')} } from '${schemas}'\n` : '',
    `\n${outputs.code()}`,
    `\nexport const ${create} = (api: Upstream) => ({\n${body}${leftOutCode(leftOut)}})\n`,
  ].join('')
}

/** Words in texts and comments are no names. */
const withoutTexts = (code: string): string => code.replaceAll(/'(?:\\.|[^'\\\n])*'|\/\/.*/g, "''")

function operationCode(operation: ApiOperation, output: string): string {
  const { id, method, path, route, summary, description, cut, inputs, comments, answer } = operation
  const call = [
    ...callCode(inputs, operation.source),
    ...(answer.as === undefined ? [] : [`as: ${quoted(answer.as)}`]),
    ...(answer.kind === undefined ? [] : [`answer: ${quoted(answer.kind)}`]),
    output === 'doneOutput' ? 'output: doneOutput' : `output: ${output}`,
    'context',
  ]
  const variables = inputs.map(({ name, variable }) => (name === variable ? name : `${name}: ${variable}`))
  const cutNote = (member: 'summary' | 'description') =>
    cut[member] === undefined ? '' : `// The ${member} is cut: the spec has ${cut[member]} characters.\n`
  return [
    ...comments.map((one) => comment(one)),
    `${id}: operation(${quoted(`${method} ${route}`)}, {\n`,
    `${cutNote('summary')}summary: ${quoted(summary)},\n`,
    description === undefined ? '' : `${cutNote('description')}description: ${quoted(description)},\n`,
    effectsCode(operation),
    `input: z.object({${inputs.length > 0 ? `\n${inputs.map(inputCode).join('')}` : ''}}),\n`,
    `output: ${output},\n`,
    'errors: upstreamErrors,\n',
    operation.isConsequential === undefined || operation.isConsequential === (method !== 'GET')
      ? ''
      : `consequential: ${operation.isConsequential},\n`,
    `handler: (${inputs.length > 0 ? `{ ${variables.join(', ')} }` : '_'}, context) =>\n`,
    `api.call(${quoted(`${method} ${path}`)}, { ${call.join(', ')} }),\n`,
    '}),\n',
  ].join('')
}

const inputCode = ({ name, code, comments }: ApiOperation['inputs'][number]): string =>
  `${comments.map((one) => comment(one)).join('')}${name}: ${code},\n`

function effectsCode({ method, isDestructive }: ApiOperation): string {
  if (method === 'GET' || method === 'DELETE') return 'openWorld: true,\n'
  return `openWorld: true,\ndestructive: ${isDestructive},\n${method === 'PUT' ? '' : 'idempotent: false,\n'}`
}

function leftOutCode(leftOut: readonly LeftOut[]): string {
  if (leftOut.length === 0) return ''
  const shown = leftOut.slice(0, mostLeftOut).map(({ route, reason }) => comment(`- ${route}: ${reason}.`))
  const more =
    leftOut.length > mostLeftOut ? [comment(`- and ${leftOut.length - mostLeftOut} more, which are in api.json.`)] : []
  return `\n// Not in this plugin, but in the API:\n${[...shown, ...more].join('')}`
}
