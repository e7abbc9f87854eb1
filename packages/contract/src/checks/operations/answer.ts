import { bareType, contentFor, isJsonType } from '@reference-plugins/reader'
import type { Exchange } from '../../calls/client.ts'
import type { Report } from '../../rules/finding.ts'
import type { Code } from '../../rules/rules.ts'
import { nameTwice } from '../../spec/name-twice.ts'
import type { SchemaCheck } from '../../spec/schema-check.ts'
import { asObject, type Schema, type SpecOperation, type SpecResponse } from '../../spec/spec.ts'
import { formsOf } from '../../values/forms.ts'

const inside = [
  /\bat [\w.<>$ ]+ \((?:file:\/\/|\/|[A-Z]:\\)[^)]*:\d+:\d+\)/,
  /Traceback \(most recent call last\)/,
  /\b(?:SQLITE_[A-Z]+|syntax error at or near|ORA-\d{5}|SQLSTATE)/,
  /\b(?:postgres|mysql|mongodb(?:\+srv)?|redis):\/\/\S+:\S+@/,
  /\/(?:home|Users|srv|var|usr|node_modules)\/[\w./-]+\.(?:[jt]sx?|py|rb|php|go|java)\b/,
  /\b(?:NullPointerException|ECONNREFUSED \d|Unhandled(?:Promise)?Rejection|TypeError: Cannot read)/,
]

/** What an answer shows of the inside of the server. Undefined where it shows nothing. */
export const leakIn = (text: string): string | undefined =>
  inside
    .map((pattern) => pattern.exec(text)?.[0])
    .find(Boolean)
    ?.slice(0, 80)

export interface AnswerCheckOptions {
  operation: SpecOperation
  exchange: Exchange
  check: SchemaCheck
  report: Report
  token: string | undefined
}

/** Judges one answer by what the spec describes for its status. */
export function checkAnswer({ operation, exchange, check, report, token }: AnswerCheckOptions): void {
  const { id, pointer, responses } = operation
  const { status, text, headers, milliseconds, bodyFault } = exchange
  const say = (code: Code, detail: string, expected?: string) =>
    report.addTo({ id, pointer }, code, detail, exchange.curl, expected)
  if (status >= 500) say('server-error', `it answers ${status}`)
  if (text.length > 100_000) say('answer-too-long', `it has ${text.length} characters`)
  if (milliseconds > 10_000) say('answer-slow', `it took ${Math.round(milliseconds / 1000)} seconds`)
  const leak = leakIn(text)
  if (leak !== undefined) say('leak', `it has ${leak}`)
  // A sign-in answers with a token, which may be the one that the user has.
  const isIssued = !operation.isProtected && status < 300 && Object.values(asObject(exchange.json)).includes(token)
  if (token !== undefined && token.length > 7 && text.includes(token) && !isIssued)
    say('auth-echo', 'it contains the token that was sent')
  if (status === 429 && !headers['retry-after']) say('rate-limit', '429 without Retry-After')
  if (bodyFault !== undefined) say('answer-encoding', bodyFault)
  const twice = isJsonType(headers['content-type'] ?? '') && exchange.json !== undefined ? nameTwice(text) : undefined
  if (twice !== undefined) say('json-name-twice', `${twice} stands twice in one object`)
  const described = describedFor(responses, status)
  if (!described) {
    const statuses = `${Object.keys(responses).join(' or ')}, which the spec describes`
    if (status < 400) say('status-undeclared', `${status} is not described`, statuses)
    else if (status < 500 && status !== 429) say('refusal-undeclared', `${status} is not described`, statuses)
    return
  }
  judgeHeaders(described, exchange, check, (detail, expected) => say('answer-header', `${status}: ${detail}`, expected))
  const { contents } = described
  if (contents.length === 0 || status === 204 || status === 304 || exchange.method === 'HEAD') return
  const type = bareType(headers['content-type'] ?? '')
  const content = contentFor(contents, headers['content-type'] ?? '')
  if (!content) {
    const types = contents.map((one) => one.type).join(', ')
    // What a framework or proxy answers to odd requests is often a page.
    const code = status < 400 ? 'answer-type' : 'refusal-undeclared'
    say(code, `${status} has ${type || 'no media type'}, and the spec describes ${types}`, `Content-Type: ${types}`)
  }
  // An answer of another type is still judged by the JSON schema, where there is one.
  const json = contents.find((one) => isJsonType(one.type))
  const judged = content ?? json
  if (!judged) return
  const values = content ? valuesOf(type || judged.type, exchange) : valuesOf(judged.type, exchange)
  if (values === 'not JSON')
    return void say('answer-not-json', `${status} has ${JSON.stringify(text.slice(0, 60))}`, `${status} with JSON`)
  const fault = values && judged.schema && faultOf(check, judged.schema, values)
  if (fault)
    say(status < 400 ? 'answer-schema' : 'refusal-undeclared', `${status}: ${fault}`, wantedOf(judged.schema, fault))
}

/** The statuses of refusals, or of other answers, that an operation describes. */
export const statusesOf = ({ responses }: SpecOperation, kind: 'refusals' | 'successes'): string | undefined => {
  const first = kind === 'refusals' ? /^4(?!01|03|04|29)/ : /^2/
  const found = Object.keys(responses).filter((status) => first.test(status))
  return found.length > 0 ? `${found.join(' or ')}, which the spec describes` : undefined
}

/** What the spec describes for a status: itself, its range, or what describes the rest. */
export function describedFor(responses: SpecOperation['responses'], status: number): SpecResponse | undefined {
  const kind = Math.floor(status / 100)
  const own = responses[status] ?? responses[`${kind}XX`] ?? responses[`${kind}xx`]
  if (own) return own
  // Where some success is described, default describes the failures.
  return status < 300 && Object.keys(responses).some((one) => /^2/.test(one)) ? undefined : responses.default
}

/** The values that a body may be meant as. Undefined where its media type says nothing about values. */
function valuesOf(type: string, { text, json, isCut }: Exchange): unknown[] | 'not JSON' | undefined {
  if (isCut) return undefined
  if (isJsonType(type)) return json === undefined ? 'not JSON' : [json]
  if (/^application\/(x-)?(ndjson|jsonl|jsonlines|json-lines)$/.test(bareType(type))) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
    return lines.every(isJson) ? undefined : 'not JSON'
  }
  return bareType(type) === 'text/plain' ? readingsOf(text) : undefined
}

/** What a text may be meant as, where it is not marked as text. */
const readingsOf = (text: string): unknown[] => [
  text,
  ...(/^-?\d+(\.\d+)?$/.test(text) ? [Number(text)] : []),
  ...(text === 'true' || text === 'false' ? [text === 'true'] : []),
]

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The schema at the place where a fault is: `/items/0/count must be integer`. */
function wantedOf(schema: Schema | undefined, fault: string): string | undefined {
  const [place = ''] = fault.split(' ')
  let part: Schema | undefined = schema
  for (const step of place.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    const form: Schema | undefined = formsOf(part ?? {}).find(
      (one) => one.items ?? Object.hasOwn(asObject(one.properties), name),
    )
    part = form && asObject(/^\d+$/.test(name) && form.items ? form.items : asObject(form.properties)[name])
  }
  return part && `${place.startsWith('/') ? `${place} of ` : 'an answer of '}${shortSchema(part)}`
}

/** Without the words that are only for people. */
const shortSchema = (schema: Schema): string => {
  const isForPeople = (key: string, value: unknown) =>
    /^(description|examples?|title|summary)$/.test(key) && (typeof value !== 'object' || Array.isArray(value))
  const text = JSON.stringify(schema, (key, value) => (isForPeople(key, value) ? undefined : value))
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** What is wrong with a value, whichever of these it is. */
function faultOf(check: SchemaCheck, schema: Schema, values: readonly unknown[]): string | undefined {
  try {
    const faults = values.map((value) => check.fault(schema, value))
    return faults.includes(undefined) ? undefined : faults[0]
  } catch {
    // The check of the spec has already reported that the schema is invalid.
    return undefined
  }
}

function judgeHeaders(
  { headers }: SpecResponse,
  exchange: Exchange,
  check: SchemaCheck,
  say: (detail: string, expected: string) => void,
): void {
  for (const { name, isRequired, schema, isJson: isWritten } of headers) {
    const value = exchange.headers[name.toLowerCase()]
    if (value === undefined) {
      if (isRequired) say(`it has no ${name}, which is required`, `${name} of ${shortSchema(schema)}`)
      continue
    }
    // A list or an object is written with commas in too many ways to be judged.
    const isText = ['string', 'integer', 'number', 'boolean'].includes(String(schema.type))
    if (isWritten || !isText) continue
    const fault = faultOf(check, schema, [value].flat().length === 1 ? readingsOf(String(value)) : [value].flat())
    if (fault) say(`${name}: ${fault}`, `${name} of ${shortSchema(schema)}`)
  }
}
