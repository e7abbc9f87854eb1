import { contentFor } from '@reference-plugins/reader'
import type { Exchange } from '../calls/client.ts'
import type { Report } from '../finding.ts'
import type { SchemaCheck } from '../schema-check.ts'
import type { SpecOperation } from '../spec.ts'

const inside = [
  /\bat [\w.<>$ ]+ \((?:file:\/\/|\/|[A-Z]:\\)[^)]*:\d+:\d+\)/,
  /Traceback \(most recent call last\)/,
  /\b(?:SQLITE_[A-Z]+|syntax error at or near|ORA-\d{5}|SQLSTATE)/,
  /\b(?:postgres|mysql|mongodb(?:\+srv)?|redis):\/\/\S+:\S+@/,
  /\/(?:home|Users|srv|var|usr|node_modules)\/[\w./-]+\.(?:[jt]sx?|py|rb|php|go|java)\b/,
  /\b(?:NullPointerException|ECONNREFUSED \d|Unhandled(?:Promise)?Rejection|TypeError: Cannot read)/,
]

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
  const { status, text, json, headers, curl, milliseconds } = exchange
  const say = (code: Parameters<Report['add']>[0], detail: string) => report.add(code, id, detail, { pointer, curl })
  if (status >= 500) say('server-error', `it answers ${status}`)
  if (text.length > 100_000) say('answer-too-long', `it has ${text.length} characters`)
  if (milliseconds > 10_000) say('answer-slow', `it took ${Math.round(milliseconds / 1000)} seconds`)
  if (inside.some((pattern) => pattern.test(text)))
    say(
      'leak',
      `it has ${inside
        .map((pattern) => pattern.exec(text)?.[0])
        .find(Boolean)
        ?.slice(0, 80)}`,
    )
  if (token !== undefined && token.length > 7 && text.includes(token))
    say('auth-echo', 'it contains the token that was sent')
  if (status === 429 && !headers['retry-after']) say('rate-limit', '429 without Retry-After')
  const described =
    responses[status] ??
    responses[`${Math.floor(status / 100)}XX`] ??
    responses[`${Math.floor(status / 100)}xx`] ??
    (status < 300 && Object.keys(responses).some((one) => /^2/.test(one)) ? undefined : responses.default)
  if (!described) {
    if (status < 400) say('status-undeclared', `${status} is not described`)
    else if (status < 500 && status !== 429) say('refusal-undeclared', `${status} is not described`)
    return
  }
  const { contents } = described
  if (contents.length === 0 || status === 204 || status === 304) return
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const content = contentFor(contents, type ?? '')
  const types = contents.map((one) => one.type)
  if (!content)
    say('answer-type', `${status} has ${type ?? 'no media type'}, and the spec describes ${types.join(', ')}`)
  // An answer of another type is still judged by the JSON schema, where there is one.
  const schema = (content ?? contents.find((one) => /json/i.test(one.type)))?.schema
  if (!/json/i.test(content ? (type ?? content.type) : types.join())) return
  if (json === undefined) return void say('answer-not-json', `${status} has ${JSON.stringify(text.slice(0, 60))}`)
  if (!schema) return
  try {
    const fault = check.fault(schema, json)
    if (fault) say(status < 400 ? 'answer-schema' : 'refusal-undeclared', `${status}: ${fault}`)
  } catch {
    // The check of the spec has already reported that the schema is invalid.
  }
}
