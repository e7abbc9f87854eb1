import { type Fetch, retryAfterSeconds } from '@reference-plugins/guarded-fetch'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Call } from '../wire.ts'
import type { Question } from './question.ts'

export interface CallInput {
  /** Of the call: its repeats have the same idempotency key. */
  id: string
  /** The token of the question that the user has answered with yes. */
  confirmation?: string | undefined
  user: string
  plugin: RegisteredPlugin
  operation: DocumentOperation
  arguments: Record<string, unknown>
  conversation: string
  signal: AbortSignal
  /** Hears what is about to be sent. */
  onRequest?: (request: NonNullable<Outcome['request']>) => void
}

/** A call whose arguments have been checked. */
export interface PreparedCall extends CallInput {
  /** The Authorization header; undefined if the plugin needs none. */
  authorization: string | undefined
  fetch: Fetch
  /** For the `_meta` of a message: the trace that the call belongs to, if there is one. */
  meta: Record<string, string>
}

/** The outcome of a call, as its card shows it. */
export type Outcome = Pick<Call, 'request' | 'response' | 'curl' | 'result' | 'milliseconds'> & {
  state: 'done' | 'refused' | 'failed'
  /** Present if the plugin asks the user first: nothing has been done yet. */
  question?: Question
}

type Request = NonNullable<Call['request']>

/** ChatGPT's limit for the answer of a plugin, in characters. */
const longestAnswer = 100_000
const notice = `\n[The answer is longer than ${longestAnswer.toLocaleString('en')} characters and was cut here. Ask for less: a narrower query, or a smaller page.]`
const brokenOff = (fault: string): string => `\n[The answer is not complete: ${fault}. This is what came.]`

/**
 * The outcome of a call that was answered. Secrets are left out, and a long body is cut, between characters.
 * @param request as it was sent
 * @param answer with `fault`, why it broke off, if it did
 * @param keyHeader the header that has the key of the API, if it is not `authorization`
 */
export function toOutcome(
  request: Request,
  { status, headers, body, fault }: { status: number; headers: Record<string, string>; body: string; fault?: string },
  keyHeader?: string,
): Outcome {
  const isLong = body.length > longestAnswer
  const text = isLong
    ? body
        .slice(0, longestAnswer)
        .toWellFormed()
        .replace(/\ufffd$/, '')
    : body
  return {
    state: 'done',
    request: { ...request, headers: withoutSecrets(request.headers, keyHeader) },
    response: { status, headers: withoutSecrets(headers), body: text, isCut: isLong || fault !== undefined },
    curl: toCurl(request, keyHeader),
    result: toResult(
      status,
      headers,
      text + (isLong ? notice : '') + (fault === undefined ? '' : brokenOff(fault)),
      request.url,
    ),
  }
}

/** What the model is told of an answer: the body, and before it the status and what to do if the call failed. */
function toResult(status: number, headers: Record<string, string>, text: string, url: string): string {
  if (status >= 200 && status < 300) return text === '' ? `The call succeeded (status ${status}, no content).` : text
  return `${advice(status, headers, url)}\n${text}`.trim()
}

function advice(status: number, headers: Record<string, string>, url: string): string {
  if (status === 401)
    return 'Status 401: the plugin did not accept the credentials. Tell the user to sign in to it again; do not repeat the call.'
  if (status === 403) return 'Status 403: the user is not allowed to do this. Do not repeat the call.'
  if (status === 429) {
    const seconds = retryAfterSeconds(headers['retry-after'])
    return `Status 429: too many calls. Wait ${seconds === undefined ? '' : `${seconds} seconds `}before you call again.`
  }
  if (status >= 500) return `Status ${status}: the plugin failed. Try once more; then tell the user.`
  if (status >= 300 && status < 400) {
    // As a URL, which has no spaces: no other sentence can stand in it.
    const target = URL.parse(headers.location ?? '', url)?.href.slice(0, 500)
    return `Status ${status}: the plugin answered with a redirect${target === undefined ? '' : ` to ${target}`}, which the host does not follow. Tell the user.`
  }
  return `Status ${status}: the plugin rejected this call. Read the reason and change the arguments before you call again.`
}

/** A shell command that makes the call again. A token is a variable in it. */
function toCurl({ method, url, headers, body }: Request, keyHeader?: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const form = formOf(headers['content-type'] ?? '', body ?? '')
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), quote(url)]
  for (const [name, value] of Object.entries(headers)) {
    if (/^(user-agent|accept|prefer|confirmation|openai-.*)$/.test(name)) continue
    if (name === 'content-type' && form) continue
    if (name === 'authorization') parts.push('-H', `"authorization: ${value.split(' ')[0]} $TOKEN"`)
    else parts.push('-H', name === keyHeader?.toLowerCase() ? `"${name}: $TOKEN"` : quote(`${name}: ${value}`))
  }
  if (form) for (const [flag, value] of form) parts.push(flag, quote(value))
  else if (body !== undefined) parts.push('--data-raw', quote(body))
  return parts.join(' ')
}

const part =
  /^\r\ncontent-disposition: form-data; name="([^"]*)"(?:; filename="([^"]*)"\r\ncontent-type: (.*))?\r\n\r\n([\s\S]*)\r\n$/

/** The options of curl for a multipart form; a file is named, because its content is not shown. */
function formOf(type: string, body: string): [flag: string, value: string][] | undefined {
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(type)?.[1]
  if (boundary === undefined) return undefined
  return body.split(`--${boundary}`).flatMap((text): [string, string][] => {
    const [, name = '', file, fileType, value = ''] = part.exec(text) ?? []
    if (name === '') return []
    if (file === undefined) return [['--form-string', `${name}=${value}`]]
    return [['-F', `${name}=@"${file.replaceAll('\\', '\\\\')}";type=${fileType}`]]
  })
}

/** Headers that may be shown and stored: secrets are replaced by dots. */
export const withoutSecrets = (headers: Record<string, string>, keyHeader?: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === 'authorization'
        ? `${value.split(' ')[0]} ••••`
        : name === keyHeader?.toLowerCase() || /^(set-cookie2?|confirmation)$/.test(name)
          ? '••••'
          : value,
    ]),
  )
