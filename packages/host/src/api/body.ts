import { Problem } from '@reference-plugins/core'
import { parseExact } from '@reference-plugins/reader/exact-json'
import type { Context, Middleware } from 'koa'
import { koaBody } from 'koa-body'
import type { z } from 'zod'

const asJson = 'Send the body as JSON, with Content-Type: application/json'

const reader = (limit: string, words: string): Middleware =>
  koaBody({
    json: true,
    text: false,
    urlencoded: false,
    multipart: false,
    jsonLimit: limit,
    includeUnparsed: true,
    onError(error) {
      const { status } = error as Error & { status?: number }
      throw status === 413
        ? new Problem(413, `The body is too large: send less than ${words}`)
        : new Problem(400, asJson)
    },
  })

const readSmall = reader('256kb', '256 KB')
// A call may contain files of 2 MiB, in base64.
const readCall = reader('3mb', '3 MB')

/** Reads JSON bodies, and no others. Their numbers are exact. */
export const readJson: Middleware = (ctx, next) => {
  const isCall = ctx.state.user !== undefined && /^\/api\/conversations\/[^/]+\/calls$/.test(ctx.path)
  return (isCall ? readCall : readSmall)(ctx, () => {
    const request = ctx.request as { body?: unknown; rawBody?: string }
    if (request.rawBody) request.body = parse(request.rawBody)
    return next()
  })
}

function parse(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    // It is JSON, because koa-body has read it.
    throw new Problem(400, 'The body is nested too deeply')
  }
}

/** @throws Problem 400 that names what is not valid; 415 for a body that is not JSON, which is not read */
export function bodyOf<Shape extends z.ZodType>(ctx: Context, shape: Shape): z.output<Shape> {
  if (ctx.get('content-type') !== '' && ctx.is('json', '+json') === false) throw new Problem(415, asJson)
  const read = shape.safeParse((ctx.request as { body?: unknown }).body ?? {})
  if (read.success) return read.data
  const errors = read.error.issues.map(({ path, message }) => ({ name: path.join('.'), detail: message }))
  const details = errors.map(({ name, detail }) => `${name || 'body'}: ${detail}`).join('; ')
  throw new Problem(400, `The body is not valid: ${details}`, { errors })
}
