import type { Call } from '../wire.ts'

/** What came of a call, as its card shows it. */
export type Outcome = Pick<Call, 'request' | 'response' | 'curl' | 'result' | 'milliseconds'> & {
  state: 'done' | 'refused' | 'failed'
}

/** ChatGPT's limit for what a plugin answers. */
export const longestAnswer = 100_000

/** Cuts what is over the limit, between characters. */
export function cut(text: string, limit = longestAnswer): { text: string; isCut: boolean } {
  if (text.length <= limit) return { text, isCut: false }
  return {
    text: text
      .slice(0, limit)
      .toWellFormed()
      .replace(/\ufffd$/, ''),
    isCut: true,
  }
}

const notice = `\n[The answer is longer than ${longestAnswer.toLocaleString('en')} characters and was cut here. Ask for less: a narrower query, or a smaller page.]`

/** What the model is told of an answer: the status where it is not a good one, what to do, and the body as it came. */
export function toResult(status: number, headers: Record<string, string>, body: string, isCut: boolean): string {
  const text = isCut ? body + notice : body
  if (status >= 200 && status < 300) return text === '' ? `It was done (status ${status}, no content).` : text
  return `${advice(status, headers)}\n${text}`.trim()
}

function advice(status: number, headers: Record<string, string>): string {
  if (status === 401)
    return 'Status 401: the plugin does not take the credentials. Tell the user to sign in to it again; do not repeat the call.'
  if (status === 403) return 'Status 403: the user may not do this. Do not repeat the call.'
  if (status === 429) {
    const after = headers['retry-after']
    return `Status 429: too many calls.${after === undefined ? ' Wait before another one.' : ` Wait ${after} seconds before another one.`}`
  }
  if (status >= 500) return `Status ${status}: the plugin failed. One more try may help; then tell the user.`
  if (status >= 300 && status < 400)
    return `Status ${status}: the plugin answers with a redirect, which is not followed. Tell the user.`
  return `Status ${status}: the plugin refuses this call. Read why, change the arguments, and do not repeat it as it was.`
}

/** A line for a shell that makes the call again. A token is a variable in it. */
export function toCurl({ method, url, headers, body }: NonNullable<Call['request']>, keyHeader?: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), quote(url)]
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'user-agent' || name === 'accept' || name.startsWith('openai-')) continue
    const isKey = name === keyHeader?.toLowerCase()
    const isSecret = name === 'authorization'
    parts.push(
      '-H',
      isSecret
        ? `"authorization: ${value.split(' ')[0]} $TOKEN"`
        : isKey
          ? `"${name}: $TOKEN"`
          : quote(`${name}: ${value}`),
    )
  }
  if (body !== undefined) parts.push('--data-raw', quote(body))
  return parts.join(' ')
}

/** What may be shown and kept: the secret in it is not. */
export const withoutSecrets = (headers: Record<string, string>, keyHeader?: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === 'authorization'
        ? `${value.split(' ')[0]} ••••`
        : name === keyHeader?.toLowerCase() || /^set-cookie2?$/.test(name)
          ? '••••'
          : value,
    ]),
  )
