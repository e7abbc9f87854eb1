import { retryAfterSeconds } from '@reference-plugins/guarded-fetch/retry-after'
import { Problem } from '../problem.ts'
import type { Received } from './send.ts'

const longestMessage = 300
const defaultPause = 30
const longestPause = 3_600
/** Faults of the call that the caller can correct. */
const ofCaller = [400, 404, 409, 410, 412, 422]
const meanings: Record<number, string> = {
  400: 'does not accept the input: correct it and call again',
  404: 'does not have this: check the input',
  409: 'says that this conflicts with what it has: read it again',
  410: 'no longer has this',
  412: 'says that this has changed: read it again',
  422: 'does not accept the input: correct it and call again',
}

/** What an answer with an error status means for the caller. `clean` removes the secrets from a text of the API. */
export function toRefusal(name: string, { status, headers, body }: Received, clean: (text: string) => string): Problem {
  const said = clean(messageIn(body, headers))
  const words = said === '' ? '' : `. ${name} says: ${said}`
  if (ofCaller.includes(status)) return new Problem(status, `${name} ${meanings[status]}${words}`)
  if (status === 429 || status === 503) {
    const seconds = retryAfterSeconds(headers.get('retry-after')) ?? defaultPause
    const pause = Math.min(Math.max(seconds, 1), longestPause)
    const what = status === 429 ? 'gets too many calls' : 'is not available'
    return new Problem(status, `${name} ${what}: call again in ${pause} seconds`, {
      headers: { 'retry-after': String(pause) },
    })
  }
  if (status === 504) return new Problem(504, `${name} took too long: ask for less, or call again later`)
  if (status === 401 || status === 407)
    return new Problem(502, `${name} does not accept the secret of this plugin, which only its operator can change`)
  if (status === 403)
    return new Problem(502, `${name} does not allow this plugin to do that. Only its operator can change it${words}`)
  if (status >= 500)
    return new Problem(502, `${name} failed with status ${status}: call again later, or try other input`)
  return new Problem(502, `${name} answered with status ${status}, which this plugin does not know${words}`)
}

/** The message for people in an error of an API: one line, cut. Empty for a page, and where there is none. */
function messageIn(body: Buffer | undefined, headers: Headers): string {
  const text = body?.subarray(0, 100_000).toString('utf8') ?? ''
  if (/html|xml/i.test(headers.get('content-type') ?? '') || /^\s*</.test(text)) return ''
  try {
    return oneLine(messageOf(JSON.parse(text), 0))
  } catch {
    return /^\s*[{["]/.test(text) ? '' : oneLine(text)
  }
}

/** Problem documents, and what other frameworks write: FastAPI has a list in `detail`, many have `error.message`. */
const members = [
  'detail',
  'message',
  'error_description',
  'title',
  'error',
  'errors',
  'msg',
  'reason',
  'fault',
  'description',
]

function messageOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object' || depth > 4) return ''
  if (Array.isArray(value))
    return value
      .slice(0, 5)
      .map((one) => messageOf(one, depth + 1))
      .filter(Boolean)
      .join('; ')
  const found =
    members.map((name) => messageOf((value as Record<string, unknown>)[name], depth + 1)).find(Boolean) ?? ''
  const { loc } = value as { loc?: unknown }
  return Array.isArray(loc) ? `${loc.slice(-1)}: ${found}` : found
}

/** Text can be hidden from people, but not from a model, in characters that are not drawn. */
function oneLine(text: string): string {
  const line = text
    .toWellFormed()
    .slice(0, 10_000)
    .replaceAll(/[\s\p{Cc}\p{Zs}]+/gu, ' ')
    .replaceAll(/[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu, '')
    .trim()
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : line
}
