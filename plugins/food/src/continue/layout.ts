import { createHash } from 'node:crypto'
import { Html, html } from '@reference-plugins/core'

const style = `
:root { color-scheme: light dark; --text: #1c1e21; --soft: #565c65; --line: #d5d9df; --back: #f3f4f6; --card: #fff; --accent: #0b57d0; --on: #fff; --bad: #b3261e; --good: #146c2e }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #a9afb8; --line: #3c424b; --back: #15171a; --card: #1f2226; --accent: #8ab4f8; --on: #10131a; --bad: #f2b8b5; --good: #81c995 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
main { width: 100%; max-width: 30rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.375rem; line-height: 1.3; margin: 0 0 .75rem }
h2 { font-size: 1.0625rem; margin: 1.25rem 0 .5rem }
p { margin: 0 0 .75rem }
table { width: 100%; border-collapse: collapse }
th, td { padding: .375rem 0; text-align: left; font-weight: 400; vertical-align: top; border-top: 1px solid var(--line) }
td { padding-left: 1rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.total > * { font-weight: 700 }
ol { margin: 0; padding-left: 1.25rem }
.check { display: flex; gap: .75rem; align-items: flex-start; padding: .75rem; border: 1px solid var(--soft); border-radius: .5rem; cursor: pointer }
.check input { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent) }
button { width: 100%; padding: .75rem 1rem; margin-top: .75rem; font: inherit; font-weight: 600; cursor: pointer; color: var(--on); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.note { padding: .625rem .75rem; border: 1px solid currentColor; border-radius: .5rem }
.bad { color: var(--bad) }
.good { color: var(--good) }
.soft { color: var(--soft); font-size: .9rem }
`

/** Allows only the style above and the form of the page: no scripts, no frames, nothing from elsewhere. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const layout = (heading: string, content: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${heading}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
${content}
</main>
</body>
</html>
`
