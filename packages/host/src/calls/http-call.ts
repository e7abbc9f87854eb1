import { createHash } from 'node:crypto'
import { toRequest } from '@reference-plugins/reader'
import type { PreparedCall } from './call-input.ts'
import { cut, type Outcome, toCurl, toResult, withoutSecrets } from './outcome.ts'

/** Calls an API as ChatGPT did: protocol.md 1.6. */
export async function callHttp(input: PreparedCall): Promise<Outcome> {
  const { plugin, operation, authorization, fetch, signal } = input
  const { method, url, headers, body } = toRequest(plugin.document, operation, input.arguments)
  const sent = {
    ...headers,
    accept: 'application/json, text/plain;q=0.9, */*;q=0.5',
    'user-agent': 'reference-plugins-host',
    'openai-conversation-id': input.conversation,
    'openai-ephemeral-user-id': ephemeralId(input.user, plugin.id),
    ...(authorization !== undefined && toHeader(plugin.document.auth.keyHeader, authorization)),
  }
  const request = {
    method,
    url,
    headers: withoutSecrets(sent, plugin.document.auth.keyHeader),
    ...(body !== undefined && { body }),
  }
  input.onRequest?.(request)
  const answer = await fetch(url, { method, headers: sent, body, signal })
  const text = await textOf(answer)
  const cutOff = cut(text)
  const received = withoutSecrets(Object.fromEntries(answer.headers))
  return {
    state: 'done',
    request,
    response: { status: answer.status, headers: received, body: cutOff.text, isCut: cutOff.isCut },
    curl: toCurl({ ...request, headers: sent }, plugin.document.auth.keyHeader),
    result: toResult(answer.status, received, cutOff.text, cutOff.isCut),
    milliseconds: 0,
  }
}

async function textOf(answer: Response): Promise<string> {
  const type = answer.headers.get('content-type') ?? ''
  const bytes = Buffer.from(await answer.arrayBuffer())
  if (/^(image|audio|video|font)\/|octet-stream|pdf|zip/i.test(type))
    return `[${bytes.length} bytes of ${type.split(';')[0]}, which cannot be read as text]`
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return bytes.toString('utf8')
  }
}

/** Some APIs take a key in a header of their own, without a scheme. */
const toHeader = (keyHeader: string | undefined, authorization: string): Record<string, string> =>
  keyHeader === undefined ? { authorization } : { [keyHeader.toLowerCase()]: authorization.replace(/^\w+ /, '') }

/** Differs by day and by plugin, so that plugins cannot track the user: protocol.md 1.6. */
const ephemeralId = (user: string, plugin: string): string =>
  createHash('sha256')
    .update(`${user} ${plugin} ${new Date().toISOString().slice(0, 10)}`)
    .digest('base64url')
    .slice(0, 22)
