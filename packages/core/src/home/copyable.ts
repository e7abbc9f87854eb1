import { type Html, html } from './html.ts'

/** Code with a button that copies it. The button appears when the script has started. */
export const copyable = (code: string, label: string): Html =>
  html`<div class="copyable"><pre tabindex="0" aria-label="${label}"><code>${code}</code></pre><button type="button" class="button copy" hidden>Copy<span class="unseen"> ${label}</span></button></div>`
