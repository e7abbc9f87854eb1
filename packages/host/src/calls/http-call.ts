import { createHash } from 'node:crypto'
import { toRequest } from '@reference-plugins/reader'
import { type Outcome, type PreparedCall, toOutcome, withoutSecrets } from './call.ts'

/** Calls an API as ChatGPT did: protocol.md 1.6. */
export async function callHttp(input: PreparedCall): Promise<Outcome> {
  const { plugin, operation, authorization, fetch, signal } = input
  const { keyHeader } = plugin.document.auth
  const { method, url, headers, body } = toRequest(plugin.document, operation, input.arguments)
  const sent = {
    ...headers,
    accept: 'application/json, text/plain;q=0.9, */*;q=0.5',
    'user-agent': 'reference-plugins-host',
    'openai-conversation-id': input.conversation,
    'openai-ephemeral-user-id': ephemeralId(input.user, plugin.id),
    ...(authorization !== undefined && toHeader(keyHeader, authorization)),
  }
  const request = { method, url, headers: sent, ...(body !== undefined && { body }) }
  input.onRequest?.({ ...request, headers: withoutSecrets(sent, keyHeader) })
  const answer = await fetch(url, { method, headers: sent, body, signal })
  const received = { status: answer.status, headers: Object.fromEntries(answer.headers), body: await textOf(answer) }
  return toOutcome(request, received, keyHeader)
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
