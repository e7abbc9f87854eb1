import type { IncomingMessage } from 'node:http'
import { Problem } from '@reference-plugins/core'

const longest = 4096

/** @throws Problem 413, 415 */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Problem(415, 'Open the page and send its form')
  let text = ''
  for await (const chunk of request.setEncoding('latin1')) {
    text += chunk
    if (text.length > longest)
      throw new Problem(413, `Send at most ${longest} bytes`, { headers: { connection: 'close' } })
  }
  return new URLSearchParams(text)
}
