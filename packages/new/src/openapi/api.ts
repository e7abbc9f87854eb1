import {
  DocumentRefused,
  isTrue,
  memberOf,
  type OpenApi,
  type Operation,
  plainLine,
  plainText,
  Repairs,
  readOpenApi,
  readSpecNow,
  readSpecText,
  type Schema,
  serverAddresses,
  serversOfSpec,
} from '@reference-plugins/reader'
import type { Name } from '../name.ts'
import { Refusal } from '../refusal.ts'
import { readAnswer } from './answers/answer.ts'
import { NamedShapes } from './answers/named-shapes.ts'
import type { HttpOperation } from './inputs/input.ts'
import { readInputs } from './inputs/inputs.ts'
import { secretKey } from './inputs/parts.ts'
import { chooseOperations, tagOf } from './operations/choice.ts'
import { type Credentials, readCredentials } from './operations/credentials.ts'
import type { ApiOperation, LeftOut } from './operations/operation.ts'
import { OperationNames, wordsOf } from './operations/operation-name.ts'
import { Routes } from './operations/routes.ts'
import type { Source } from './source.ts'

/** An API as a plugin is made of it. */
export interface Api extends Credentials {
  title: string
  description: string
  contactEmail: string | undefined
  baseUrl: string
  operations: ApiOperation[]
  leftOut: LeftOut[]
  named: NamedShapes
}

export interface ApiRequest {
  name: Name
  include: readonly string[]
  baseUrl: string | undefined
}

const mostOperations = 30
const longestText = 200
const atOnce = 60
/** Where relative addresses lead to in a document from a file. */
const nowhere = 'https://api.invalid/openapi.json'

/**
 * Reads the operations of a document, at most 30.
 * @throws Refusal
 */
export function readApi({ text, url, shown }: Source, { name, include, baseUrl }: ApiRequest): Api {
  try {
    const spec = readOpenApi(readSpecText(text, new Repairs('spec')))
    refuseOlder(spec.document.root)
    if (spec.operations.length === 0) throw new Refusal(nothingLeft(shown, spec, []))
    const chosen = chooseOperations(spec.operations, include)
    const leftOut: LeftOut[] = []
    if (include.length > 0) {
      const others = spec.operations.length - chosen.length
      if (others > 0) leftOut.push({ route: `${others} operations`, reason: 'not named by --include' })
    }
    const named = new NamedShapes(spec.document)
    const server = baseUrlOf(spec, url, baseUrl, shown)
    const possible = readCredentials(spec, chosen, name).credentials
    const secrets = new Set(possible.map((one) => secretKey(one.in, one.name ?? '')))
    const operations = readOperations(spec, chosen, { url, server, secrets }, named, leftOut)
    if (operations.length === 0) throw new Refusal(nothingLeft(shown, spec, leftOut))
    const { info } = spec.document.root
    const email = plainLine(memberOf(memberOf(info, 'contact'), 'email'), 254)
    return {
      title: plainLine(memberOf(info, 'title'), 100),
      description: plainText(memberOf(info, 'description'), 4_000),
      contactEmail: /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(email) ? email : undefined,
      baseUrl: server,
      operations,
      leftOut,
      named,
      ...readCredentials(
        spec,
        chosen.filter((one) => operations.some(({ method, path }) => method === one.method && path === one.path)),
        name,
      ),
    }
  } catch (error) {
    if (error instanceof DocumentRefused)
      throw new Refusal(`${shown}: ${url === undefined ? aboutFile(oneLine(error.message)) : oneLine(error.message)}`)
    throw error
  }
}

/** The reader's words are about what a server returned. */
const aboutFile = (message: string): string =>
  message
    .replace(
      'The response is empty. This URL must return an OpenAPI spec.',
      'The file is empty. Name an OpenAPI document.',
    )
    .replace('The response is', 'The file is')
    .replace('The server returned an error instead of a spec', 'The file has an error of a server instead of a spec')
    .replace('The spec must be readable without signing in.', 'Fetch the document again.')
    .replace(
      'Open the URL in a browser: it must show JSON or YAML.',
      'Save the document itself, which is JSON or YAML.',
    )

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

function refuseOlder({ openapi, swagger }: Schema): void {
  if (openapi === undefined && /^1/.test(String(swagger)))
    throw new DocumentRefused('The document is Swagger 1, which is not supported. Publish it as OpenAPI 3.')
}

function nothingLeft(shown: string, { operations }: OpenApi, leftOut: readonly LeftOut[]): string {
  if (operations.length === 0) return `${shown}: the document has no operation, so there is nothing to make a plugin of`
  const [first] = leftOut
  return oneLine(
    `${shown}: none of the ${operations.length} operations can be one of a plugin. ${first?.route}: ${first?.reason}`,
  )
}

/** Reads as many as a plugin may have; the reason of each of the others is added to `leftOut`. */
function readOperations(
  spec: OpenApi,
  chosen: readonly Operation[],
  { url, server, secrets }: { url: string | undefined; server: string; secrets: ReadonlySet<string> },
  named: NamedShapes,
  leftOut: LeftOut[],
): ApiOperation[] {
  const names = new OperationNames()
  const routes = new Routes()
  const found: ApiOperation[] = []
  for (let start = 0; start < chosen.length; start += atOnce) {
    const some = chosen.slice(start, start + atOnce)
    const flat = found.length < mostOperations ? readFlat(spec, some, url) : undefined
    for (const operation of some) {
      const route = `${operation.method} ${operation.path}`
      const leave = (reason: string) => void leftOut.push({ route, reason })
      if (found.length >= mostOperations || !flat)
        leave(`a plugin has at most ${mostOperations} operations: choose with --include`)
      else if (isTrue(operation.node.deprecated)) leave('it is deprecated')
      else if (isElsewhere(operation, server))
        leave(
          `it is on another server (${serverAddresses(operation.servers)[0]}): make a plugin of its own with --base-url`,
        )
      else {
        const one = flat.operations.get(route)
        if (!one) {
          leave(flat.reasonOf(operation))
          continue
        }
        const read = toOperation(operation, one, { named, names, routes, secrets })
        if ('refused' in read) leave(read.refused)
        else found.push(read)
      }
    }
  }
  return found
}

/** Whether an operation names whole addresses of its own, none of which is that of the API. */
function isElsewhere({ servers }: Operation, server: string): boolean {
  const own = serverAddresses(servers).map((address) => URL.parse(address))
  return own.length > 0 && own.every((url) => url !== null && url.origin !== new URL(server).origin)
}

/** The operations as the reader writes them for a model: each with one flat input. */
function readFlat({ document }: OpenApi, some: readonly Operation[], url: string | undefined) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const { pointer, method, node, item } of some) {
    const path = pointer.split('/').at(-2)?.replaceAll('~1', '/').replaceAll('~0', '~') ?? ''
    paths[path] ??= Object.fromEntries(
      Object.entries(item).filter(([key]) => ['parameters', 'servers', 'summary'].includes(key)),
    )
    const ofItem = paths[path] as Record<string, unknown>
    // Where the operation itself names a server, its address is the only one, so the reader calls it.
    const { servers: _, ...rest } = node
    delete ofItem.servers
    ofItem[method.toLowerCase()] = rest
  }
  const operations = new Map<string, HttpOperation>()
  let repairs: { pointer: string; message: string }[] = []
  try {
    const read = readSpecNow(JSON.stringify({ ...document.root, paths }), url ?? nowhere, undefined)
    repairs = read.repairs
    for (const one of read.spec.operations)
      if (one.target.kind === 'http') operations.set(`${one.target.method} ${one.target.path}`, one as HttpOperation)
  } catch (error) {
    if (!(error instanceof DocumentRefused)) throw error
    repairs = [{ pointer: '', message: error.message }]
  }
  return {
    operations,
    reasonOf: ({ method, pointer }: Operation): string => {
      if (['HEAD', 'OPTIONS', 'TRACE'].includes(method)) return `${method} returns nothing to show`
      const own = repairs.findLast(
        (repair) => repair.pointer.startsWith(pointer) && /left out|cannot/.test(repair.message),
      )
      return oneLine(own?.message ?? repairs.at(-1)?.message ?? 'it cannot be called').replace(/\.$/, '')
    },
  }
}

function toOperation(
  operation: Operation,
  source: HttpOperation,
  {
    named,
    names,
    routes,
    secrets,
  }: { named: NamedShapes; names: OperationNames; routes: Routes; secrets: ReadonlySet<string> },
): ApiOperation | { refused: string } {
  const { method, node, path } = operation
  const answer = readAnswer(operation, named)
  if ('refused' in answer) return answer
  const read = readInputs(source, secrets)
  if ('refused' in read) return read
  const cookies = operation.parameters.filter(
    ({ place, name }) => place === 'cookie' && !secrets.has(secretKey(place, name)),
  )
  const needed = cookies.find(({ isRequired }) => isRequired)
  if (needed) return { refused: `its input ${needed.name} is a cookie: let the API take it in a header` }
  const id = names.take({ method, path, id: operation.id, summary: node.summary })
  const pathNames = new Map(
    read.inputs.filter(({ place }) => place === 'path').map(({ wire, name }) => [wire[0] ?? '', name]),
  )
  const whole = plainText(node.description, 20_000).replaceAll(/\s+/g, ' ')
  const said = plainText(node.summary, 1_000).replaceAll(/\s+/g, ' ') || firstSentence(whole) || humanised(id)
  const summary = plainLine(said, longestText)
  const description = whole === '' || whole === said ? undefined : plainLine(whole, longestText)
  return {
    id,
    tag: tagOf(operation),
    method,
    path: source.target.path,
    route: routes.take(method, source.target.path, id, pathNames),
    summary,
    description,
    cut: {
      ...(said.length > longestText && { summary: said.length }),
      ...(description !== undefined && whole.length > longestText && { description: whole.length }),
    },
    inputs: read.inputs,
    comments: [...read.comments, ...cookies.map(({ name }) => `Not sent: ${name}, because it is a cookie.`)],
    answer,
    isConsequential: source.isConsequential,
    isDestructive:
      method === 'PUT' ||
      method === 'PATCH' ||
      method === 'DELETE' ||
      /delete|remove|cancel|revoke|reset|clear|drop|purge/i.test(`${id} ${path}`),
    source,
  }
}

const firstSentence = (text: string): string => /^.*?[.!?](?= |$)/.exec(text)?.[0] ?? text

function humanised(id: string): string {
  const words = wordsOf(id).join(' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The address of the API: what the user says, or the first server of the document that is a whole address. */
function baseUrlOf(
  { document, operations }: OpenApi,
  url: string | undefined,
  given: string | undefined,
  shown: string,
): string {
  const isFit = (one: URL | null): one is URL =>
    one !== null && /^https?:$/.test(one.protocol) && one.username + one.password === '' && !/%7B|[{}]/i.test(one.href)
  if (given !== undefined) {
    const own = URL.parse(given)
    if (!isFit(own) || own.search + own.hash !== '')
      throw new Refusal(
        `--base-url ${given}: this is not the http or https URL of an API, such as https://api.example.com/v1`,
      )
    return own.href.replace(/\/+$/, '')
  }
  const ofDocument = serverAddresses(serversOfSpec(document.root))
  const servers = ofDocument.length > 0 ? ofDocument : serverAddresses(operations.flatMap((one) => one.servers))
  const found = (servers.length === 0 && url !== undefined ? ['/'] : servers)
    .map(
      (address) =>
        URL.parse(address, url) ??
        (/^[\w-]+(\.[\w-]+)+(:\d+)?(\/|$)/.test(address) ? URL.parse(`https://${address}`) : null),
    )
    .find(isFit)
  if (found) return `${found.origin}${found.pathname}`.replace(/\/+$/, '')
  const fault =
    servers.length === 0
      ? 'the document names no server'
      : `the server ${plainLine(servers[0], 80)} is not a whole address`
  throw new Refusal(`${shown}: ${fault}: add --base-url https://api.example.com`)
}
