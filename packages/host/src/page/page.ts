import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Problem } from '@reference-plugins/core'
import type { Middleware } from 'koa'

/** Only what this host serves may run, load or be called, and no text becomes markup. */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // The components add one style rule to the page.
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    // The views of plugins, each in its own origin: /api/calls/ID/view.
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

/**
 * Serves the page from the folder of its build: assets by their names, and the page for every other path.
 * @param base the path of the public URL, without a slash at the end
 */
export function page(folder: string, base = ''): Middleware {
  const assets = new Map<string, { bytes: Buffer; etag: string }>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = readFileSync(file)
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    assets.set(file.slice(folder.length).replaceAll('\\', '/'), { bytes, etag })
  }
  const built = assets.get('/index.html')?.bytes.toString('utf8') ?? ''
  const placed = built.replaceAll('"./assets/', `"${base}/assets/`)
  // The page's scripts read it.
  const html = base === '' ? placed : placed.replace('<html ', `<html data-base="${base}" `)
  return (ctx) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw new Problem(405, 'Use GET for the page', { headers: { allow: 'GET, HEAD' } })
    ctx.set('Cross-Origin-Opener-Policy', 'same-origin-allow-popups')
    if (!ctx.path.startsWith('/assets/')) {
      if (ctx.path.startsWith('/.well-known/'))
        throw new Problem(404, `This is a host, not a plugin: its page is at ${base}/`)
      const nonce = randomBytes(16).toString('base64url')
      ctx.set({ 'Cache-Control': 'no-store', 'Content-Security-Policy': policy(nonce) })
      ctx.type = 'html'
      ctx.body = html.replace('<head>', `<head><meta property="csp-nonce" nonce="${nonce}" content="${nonce}">`)
      return
    }
    const asset = assets.get(ctx.path)
    if (!asset) throw new Problem(404, `${base}${ctx.path} does not exist: the page is at ${base}/`)
    ctx.set({ ETag: asset.etag, 'Cache-Control': 'public, max-age=31536000, immutable' })
    ctx.type = extname(ctx.path)
    ctx.body = asset.bytes
    ctx.status = ctx.fresh ? 304 : 200
  }
}
