import { Problem } from '@reference-plugins/core'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import type { z } from 'zod'

/** Reads JSON bodies, and no others. */
export const readJson = koaBody({
  json: true,
  text: false,
  urlencoded: false,
  multipart: false,
  jsonLimit: '256kb',
  onError(error) {
    const { status } = error as Error & { status?: number }
    throw status === 413
      ? new Problem(413, 'The body is too large: send less than 256 KB')
      : new Problem(400, 'Send the body as JSON, with Content-Type: application/json')
  },
})

/** @throws Problem 400 that names what is not valid */
export function bodyOf<Shape extends z.ZodType>(ctx: Context, shape: Shape): z.output<Shape> {
  const read = shape.safeParse((ctx.request as { body?: unknown }).body ?? {})
  if (read.success) return read.data
  const errors = read.error.issues.map(({ path, message }) => ({ name: path.join('.'), detail: message }))
  const details = errors.map(({ name, detail }) => `${name || 'body'}: ${detail}`).join('; ')
  throw new Problem(400, `The body is not valid: ${details}`, { errors })
}
