import { html } from 'hono/html'
import { type Html, layout } from './layout.ts'

export interface ConnectedApp {
  clientId: string
  name: string
  permissions: readonly string[]
  /** The day on which the user allowed it, such as 2026-11-23. */
  since: string
}

/** The apps that a user has allowed, each with a button that ends its access. */
export const appsPage = (title: string, account: string, apps: readonly ConnectedApp[]): Html =>
  layout(
    title,
    'Connected apps',
    html`<p>Signed in as <strong>${account}</strong>.</p>
${apps.length === 0 ? html`<p>No app has access to your ${title}.</p>` : ''}
${apps.map(
  ({ clientId, name, permissions, since }) => html`<form method="post" class="app">
<strong>${name}</strong> <span class="soft">since ${since}</span>
<ul>${permissions.map((permission) => html`<li>${permission}</li>`)}</ul>
<input type="hidden" name="client" value="${clientId}">
<button name="action" value="revoke" class="second" aria-label="Disconnect ${name}">Disconnect</button>
</form>`,
)}
<form method="post" class="app"><button name="action" value="sign-out" class="second">Sign out</button></form>`,
  )
