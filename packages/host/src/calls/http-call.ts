import { createHash } from 'node:crypto'
import { FetchRefused } from '@reference-plugins/guarded-fetch'
import { toRequest } from '@reference-plugins/reader'
import { type Outcome, type PreparedCall, toOutcome, withoutSecrets } from './call.ts'
import { questionIn } from './question.ts'

/** Calls an API as ChatGPT did: protocol.md 1.6. */
export async function callHttp(input: PreparedCall): Promise<Outcome> {
  const { plugin, operation, authorization, fetch, signal } = input
  const { keyHeader } = plugin.document.auth
  const written = toRequest(plugin.document, operation, input.arguments)
  const { method, url, headers, body } = written
  const sent = {
    ...headers,
    accept: 'application/json, text/plain;q=0.9, */*;q=0.5',
    'user-agent': 'reference-plugins-host',
    'openai-conversation-id': input.conversation,
    'openai-ephemeral-user-id': ephemeralId(input.user, plugin.id),
    ...(operation.confirms && { prefer: 'confirmation' }),
    ...(input.confirmation !== undefined && { confirmation: input.confirmation }),
    ...(authorization !== undefined && toHeader(keyHeader, authorization)),
  }
  const request = { method, url, headers: sent, ...(body !== undefined && { body }) }
  input.onRequest?.({ ...request, headers: withoutSecrets(sent, keyHeader) })
  const answer = await fetch(url, { method, headers: sent, body: written.bytes ?? body, signal })
  const { bytes, fault } = await readWhatComes(answer, signal)
  const received = {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: textOf(bytes, answer.headers.get('content-type') ?? ''),
    ...(fault !== undefined && { fault }),
  }
  // Its token is not kept with the answers.
  const question = questionIn(received.status, received.body)
  return question ? { state: 'done', question } : toOutcome(request, received, keyHeader)
}

/** Reads an answer to its end, or to where it broke off: a stream of events need not end. */
async function readWhatComes({ body }: Response, signal: AbortSignal): Promise<{ bytes: Buffer; fault?: string }> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of body ?? []) chunks.push(chunk)
    return { bytes: Buffer.concat(chunks) }
  } catch (error) {
    const isStopped = signal.aborted && signal.reason?.name !== 'TimeoutError'
    if (isStopped || chunks.length === 0) throw error
    const fault =
      error instanceof FetchRefused
        ? error.message
        : (error as Error).name === 'TimeoutError'
          ? 'it did not end within the time limit of a call'
          : 'the connection broke'
    return { bytes: Buffer.concat(chunks), fault }
  }
}

function textOf(bytes: Buffer, type: string): string {
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
