import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { parseJson } from './json.ts'
import { Problem } from './problem.ts'

/** The longest JSON body, in bytes after decompression. A definition whose inputs may be longer is refused. */
export const longestBody = 262_144

/** How much of a longer body is read all the same, in bytes, and for how long, in milliseconds. */
const mostDiscarded = 1_048_576
const longestDiscard = 1_000

// Latin-1 keeps every byte. As UTF-8 a byte order mark would be removed and invalid sequences would be replaced,
// so that the stored text would differ from the text that was sent.
const readBytes = koaBody({
  json: false,
  urlencoded: false,
  text: true,
  textTypes: ['application/json'],
  encoding: 'latin1',
  textLimit: longestBody,
  parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'] as never,
})

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The JSON object in the body, or undefined if there is no body.
 * @throws Problem 400, 413 or 415
 */
export async function readBody(ctx: Context): Promise<Record<string, unknown> | undefined> {
  const value = await readJson(ctx)
  if (value === null || (value !== undefined && typeof value !== 'object') || Array.isArray(value))
    throw new Problem(400, 'The body must be a JSON object, with the inputs as its members')
  return value as Record<string, unknown> | undefined
}

/**
 * The JSON value in the body, or undefined if there is no body. RFC 8259: UTF-8, without a byte order mark.
 * @throws Problem 400, 413 or 415
 */
export async function readJson(ctx: Context): Promise<unknown> {
  if (ctx.is('application/json') === null || ctx.get('Content-Length') === '0') return undefined
  if (!ctx.is('application/json'))
    throw new Problem(415, 'Send the body as JSON, with the header "Content-Type: application/json"')
  try {
    await readBytes(ctx, async () => {})
  } catch (error) {
    const problem = bodyProblem(error as Error & { status?: number })
    if (problem.status === 413) await discard(ctx.req)
    throw problem
  }
  return parse(Buffer.from(ctx.request.body as string, 'latin1'))
}

/**
 * Reads the rest of a body that is too long, up to a limit. A client or a proxy that is still sending when the connection
 * closes may never read the answer; nginx then answers 502.
 */
async function discard(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, longestDiscard)
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > mostDiscarded) resolve()
  }
  request.unpipe()
  request.on('data', count).once('end', resolve).once('close', resolve).resume()
  await promise
  clearTimeout(timer)
  request.off('data', count).pause()
}

function parse(bytes: Buffer): unknown {
  try {
    return parseJson(utf8.decode(bytes))
  } catch (error) {
    throw new Problem(
      400,
      `The body is not valid JSON in UTF-8 without a byte order mark: ${(error as Error).message.slice(0, 120)}`,
    )
  }
}

function bodyProblem(error: Error & { status?: number }): Problem {
  // The rest of a body that is too long may not have been read, so the connection cannot be reused.
  if (error.status === 413)
    return new Problem(413, `Send at most ${longestBody} bytes`, { headers: { connection: 'close' } })
  if (error.status === 415) return new Problem(415, 'Send the body without a Content-Encoding, or with gzip')
  return new Problem(400, 'The body ended early or could not be decompressed: send it again', {
    headers: { connection: 'close' },
  })
}
