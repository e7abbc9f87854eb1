import { createHash } from 'node:crypto'
import type { Context } from './routes.ts'

const script = `const { type, plugin, detail, origin } = document.body.dataset
opener?.postMessage({ type, plugin, detail }, origin)
if (type === 'signed-in') close()`
const style = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { display: grid; place-content: center; min-height: 90vh; margin: 1.5rem; text-align: center }`
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const toText = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** The last page of a sign-in: reports the result to the page of the host and closes. @param detail why it failed */
export function signInEnd(ctx: Context, origin: string, plugin: string, detail?: string): void {
  const isDone = detail === undefined
  ctx.status = isDone ? 200 : 400
  ctx.type = 'html'
  ctx.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; frame-ancestors 'none'; base-uri 'none'`,
  })
  ctx.body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${isDone ? 'Signed in' : 'Not signed in'}</title>
<style>${style}</style>
<body data-type="${isDone ? 'signed-in' : 'sign-in-failed'}" data-plugin="${toText(plugin)}" data-detail="${toText(detail ?? '')}" data-origin="${toText(origin)}">
<main><h1>${isDone ? 'Signed in' : 'Sign-in failed'}</h1><p>${toText(detail ?? 'You are signed in. You can close this window.')}</p></main>
<script>${script}</script>`
}
