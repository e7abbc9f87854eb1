import { createHash } from 'node:crypto'
import type { Context } from './request.ts'

const script = `const { type, plugin, detail, origin } = document.body.dataset
opener?.postMessage({ type, plugin, detail }, origin)
if (type === 'signed-in') close()`
const style = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { display: grid; place-content: center; min-height: 90vh; margin: 1.5rem; text-align: center }`
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const toText = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** The last page of a sign-in: tells the page of the host, and closes. */
export function signInEnd(ctx: Context, origin: string, plugin: string, status: number, detail?: string): void {
  const type = detail === undefined ? 'signed-in' : 'sign-in-failed'
  const words = detail ?? 'You are signed in. You can close this window.'
  ctx.status = status
  ctx.type = 'html'
  ctx.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; frame-ancestors 'none'; base-uri 'none'`,
  })
  ctx.body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${type === 'signed-in' ? 'Signed in' : 'Not signed in'}</title>
<style>${style}</style>
<body data-type="${type}" data-plugin="${toText(plugin)}" data-detail="${toText(detail ?? '')}" data-origin="${toText(origin)}">
<main><h1>${type === 'signed-in' ? 'Signed in' : 'That did not work'}</h1><p>${toText(words)}</p></main>
<script>${script}</script>`
}
