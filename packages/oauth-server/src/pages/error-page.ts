import { html } from 'hono/html'
import { type Html, layout } from './layout.ts'

/** What went wrong, and what the user can do. */
export const errorPage = ({ title, message, hint }: { title: string; message: string; hint: string }): Html =>
  layout(title, 'This did not work', html`<p>${message}.</p><p class="soft">${hint}</p>`)
