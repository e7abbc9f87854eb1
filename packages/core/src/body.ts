import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { parseJson } from './json.ts'
import { Problem } from './problem.ts'

/** The longest JSON body, in bytes after decompression. A definition whose inputs may be longer is refused. */
export const longestBody = 262_144

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
    throw bodyProblem(error as Error & { status?: number })
  }
  return parse(Buffer.from(ctx.request.body as string, 'latin1'))
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
  // The rest of a body that is too long is not read, so the connection cannot be reused.
  if (error.status === 413)
    return new Problem(413, `Send at most ${longestBody} bytes`, { headers: { connection: 'close' } })
  if (error.status === 415) return new Problem(415, 'Send the body without a Content-Encoding, or with gzip')
  return new Problem(400, 'The body ended early or could not be decompressed: send it again', {
    headers: { connection: 'close' },
  })
}
