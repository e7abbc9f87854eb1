import { html } from 'hono/html'
import { longestPassword, shortestPassword } from '../password-choice.ts'
import { type Html, layout, problemText } from './layout.ts'

export interface ConnectedApp {
  clientId: string
  name: string
  permissions: readonly string[]
  /** The day on which the user allowed it, such as 2026-11-23. */
  since: string
}

interface AppsPageOptions {
  title: string
  /** The path before those of the plugin. */
  base: string
  account: string
  apps: readonly ConnectedApp[]
  /** Whether the data in the plugin is deleted with the account. */
  deletesData: boolean
  problem: string | undefined
}

/** The apps that a user has allowed, each with a button that ends its access, and the user's account. */
export const appsPage = ({ title, base, account, apps, deletesData, problem }: AppsPageOptions): Html =>
  layout(
    { title, base },
    'Connected apps',
    html`${problemText(problem)}<p>Signed in as <strong>${account}</strong>.</p>
${apps.length === 0 ? html`<p>No app has access to your ${title}.</p>` : ''}
${apps.map(
  ({ clientId, name, permissions, since }) => html`<form method="post" class="app">
<strong>${name}</strong> <span class="soft">since ${since}</span>
<ul>${permissions.map((permission) => html`<li>${permission}</li>`)}</ul>
<input type="hidden" name="client" value="${clientId}">
<button name="action" value="revoke" class="second" aria-label="Disconnect ${name}">Disconnect</button>
</form>`,
)}
<form method="post" class="app">
<button name="action" value="sign-out" class="second">Sign out</button>
<button name="action" value="sign-out-everywhere" class="second">Sign out everywhere</button>
<small>Everywhere means in all browsers. Connected apps keep their access until you disconnect them.</small>
</form>
<form method="post" class="app">
<label>Current password
<input name="password" type="password" autocomplete="current-password" maxlength="${longestPassword}" required></label>
<label>New password
<input name="next" type="password" autocomplete="new-password" minlength="${shortestPassword}" maxlength="${longestPassword}" required></label>
<button name="action" value="change-password" class="second">Change the password</button>
</form>
<form method="post" class="app">
<label>Password
<input name="password" type="password" autocomplete="current-password" maxlength="${longestPassword}" required></label>
<button name="action" value="delete-account" class="second">Delete this account</button>
<small>This cannot be undone. It disconnects all apps. ${
      deletesData
        ? `Everything that you have stored in ${title} is deleted too.`
        : `Nobody can sign in to what you have stored in ${title} after that, so delete it there first.`
    }</small>
</form>`,
  )
