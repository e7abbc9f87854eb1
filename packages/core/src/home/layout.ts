import { basePath } from '../public-url.ts'
import type { HomeOptions } from './home-options.ts'
import { type Html, html } from './html.ts'

export interface Parts {
  title: string
  /** Names of files below `/_page`, in order. `page.js` and others in core's folder are modules. */
  scripts: readonly string[]
  styles: readonly string[]
  main: Html
}

/** A whole page. What its scripts need to know is in attributes of the root element. */
export function layout({ plugin, publicUrl }: HomeOptions, { title, scripts, styles, main }: Parts): Html {
  const base = basePath(publicUrl)
  const auth = plugin.auth.manifest(publicUrl)
  return html`<!doctype html>
<html lang="en" data-base="${base}" data-public-url="${publicUrl}" data-title="${plugin.title}" data-scheme="${plugin.auth.securityScheme?.scheme}" data-scope="${auth.type === 'oauth' && auth.scope}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${plugin.descriptionForHuman}">
<title>${title}</title>
<link rel="icon" href="${base}/logo.png">
${styles.map((name) => html`<link rel="stylesheet" href="${base}/_page/${name}">\n`)}
${scripts.map((name) => html`<script src="${base}/_page/${name}" type="${isModule(name) ? 'module' : 'text/javascript'}" defer></script>\n`)}
</head>
<body>
<main>${main}
</main>
</body>
</html>
`
}

const isModule = (name: string): boolean => !name.startsWith('swagger-ui')
