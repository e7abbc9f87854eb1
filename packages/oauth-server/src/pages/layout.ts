import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'

/** Text of a page, with escaped values. */
export type Html = ReturnType<typeof html>

const style = `
:root { color-scheme: light dark; --text: #1c1e21; --soft: #5b616a; --line: #d5d9df; --back: #f3f4f6; --card: #fff; --accent: #0b57d0; --on: #fff; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --soft: #a3a9b3; --line: #3c424b; --back: #15171a; --card: #1f2226; --accent: #8ab4f8; --on: #10131a; --bad: #f2b8b5 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
main { width: 100%; max-width: 25rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem }
header { display: flex; align-items: center; gap: .75rem; margin-bottom: 1.25rem; color: var(--soft) }
header img { width: 2.5rem; height: 2.5rem; border-radius: .5rem }
h1 { font-size: 1.375rem; line-height: 1.3; margin: 0 0 .75rem }
p, ul { margin: 0 0 1rem }
ul { padding-left: 1.25rem }
label { display: block; margin-bottom: 1rem; font-weight: 600 }
input { display: block; width: 100%; margin-top: .25rem; padding: .625rem .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .5rem }
small { display: block; margin-top: .25rem; font-weight: 400; color: var(--soft) }
button { width: 100%; padding: .7rem 1rem; margin-top: .5rem; font: inherit; font-weight: 600; cursor: pointer; color: var(--on); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem }
button.second { color: var(--text); background: transparent; border-color: var(--soft) }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.problem { padding: .625rem .75rem; color: var(--bad); border: 1px solid var(--bad); border-radius: .5rem }
.soft { color: var(--soft); font-size: .9rem }
.below { margin: 1.25rem 0 0 }
.app { padding: 1rem 0; border-top: 1px solid var(--line) }
`

/**
 * Allows only the style above, no scripts and no frames. There is no form-action, because browsers apply it to the
 * redirects after a form, and those lead to the app.
 */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The plugin that a page belongs to. `base` is the path before those of the plugin. */
export interface PagePlugin {
  title: string
  base: string
}

/** A page under the logo and the title of the plugin. */
export const layout = ({ title, base }: PagePlugin, heading: string, content: Html): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading} - ${title}</title>
<link rel="icon" href="${base}/logo.png">
<style>${raw(style)}</style>
</head>
<body>
<main>
<header><img src="${base}/logo.png" alt=""> ${title}</header>
<h1>${heading}</h1>
${content}
</main>
</body>
</html>
`

export const problemText = (problem: string | undefined): Html | '' =>
  problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`

/** What went wrong, and what the user can do. */
export const errorPage = ({ message, hint, ...plugin }: PagePlugin & { message: string; hint: string }): Html =>
  layout(plugin, 'This did not work', html`<p>${message}.</p><p class="soft">${hint}</p>`)
