import { basePath, type Mount } from '@reference-plugins/core'
import type { Context } from 'koa'
import { mountPath } from './provider.ts'

const names = ['oauth-authorization-server', 'openid-configuration']

/**
 * The metadata of the authorization server at every place where clients look: RFC 8414 puts the well-known part before the
 * issuer's path, OpenID Connect Discovery after it. MCP of 2025-03-26 takes the root of the MCP server's origin for the
 * issuer, and some clients take its whole URL. The issuer in the document is the same everywhere.
 */
export function serverMetadata(publicUrl: string, answer: (ctx: Context) => Promise<void>): Mount[] {
  const issuers = ['', basePath(publicUrl)].flatMap((base) => [base, `${base}${mountPath}`, `${base}/mcp`])
  const mount = (path: string, places: ReadonlySet<string>): Mount => ({
    path,
    middleware: (ctx, next) => {
      if (!places.has(ctx.path.replace(/\/$/, '')) || !/^(GET|HEAD)$/.test(ctx.method)) return next()
      ctx.set('Access-Control-Allow-Origin', '*')
      return answer(ctx)
    },
  })
  const after = (path: string) => new Set(names.map((name) => `${path}/.well-known/${name}`))
  return [
    ...names.map((name) => {
      const path = `/.well-known/${name}`
      return mount(path, new Set(issuers.map((issuer) => `${path}${issuer}`)))
    }),
    ...[mountPath, '/mcp'].map((path) => mount(`${path}/.well-known`, after(path))),
  ]
}
