import cors from '@koa/cors'
import { isLoopbackUrl } from '@reference-plugins/guarded-fetch/address'
import type { Middleware } from 'koa'
import { isOrigin } from '../environment.ts'
import type { Mount } from '../plugin.ts'
import { mountAt } from './mounts.ts'

/** ChatGPT's pages, which called plugins on localhost from the user's browser. */
const chatOrigins = ['https://chat.openai.com', 'https://chatgpt.com']

const common = {
  allowMethods: 'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS',
  allowHeaders:
    'authorization,confirmation,content-type,idempotency-key,if-match,if-none-match,last-event-id,mcp-method,mcp-name,mcp-protocol-version,mcp-session-id,openai-conversation-id,openai-ephemeral-user-id,openai-subdivision-1-iso-code,prefer,x-request-id',
  exposeHeaders:
    'ETag,Idempotent-Replayed,Location,Mcp-Session-Id,Retry-After,RateLimit,RateLimit-Policy,WWW-Authenticate,X-Request-Id',
  maxAge: 600,
  keepHeadersOnError: false,
}

/**
 * Every page may read the documents, and none may call what people open in their browser. Only the assistants' pages may call operations, and in development pages on
 * localhost. Credentials are never allowed, because no cookies are involved.
 */
export function crossOrigin(
  documents: readonly { path: string }[],
  isKnown: (origin: string) => boolean,
  development: boolean,
  mounts: readonly Mount[],
): Middleware {
  const forEveryone = cors({ ...common, origin: '*', privateNetworkAccess: development })
  const forAssistants = cors({
    ...common,
    origin: (ctx) => (isKnown(ctx.get('Origin')) ? ctx.get('Origin') : ''),
    privateNetworkAccess: development,
  })
  const open = new Set(documents.map(({ path }) => path))
  return (ctx, next) => {
    if (open.has(ctx.path)) return forEveryone(ctx, next)
    if (ctx.req.headers.origin === undefined || mountAt(mounts, ctx.path)?.isForPeople) return next()
    return forAssistants(ctx, next)
  }
}

/** Which pages may call: ChatGPT's, the plugin's own, the configured ones, and in development those on localhost. */
export function knownOrigins(
  publicUrl: string,
  origins: readonly string[],
  development: boolean,
): (origin: string) => boolean {
  const known = new Set([...chatOrigins, new URL(publicUrl).origin, ...origins])
  return (origin) => known.has(origin) || (development && isOrigin(origin) && isLoopbackUrl(origin))
}
