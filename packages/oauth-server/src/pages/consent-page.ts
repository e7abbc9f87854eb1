import { html } from 'hono/html'
import { nameOfReceiver } from '../callback.ts'
import { type Html, layout } from './layout.ts'

export interface ConsentPage {
  title: string
  /** The path before those of the plugin. */
  base: string
  client: string
  /** Whether the operator has configured the app. Other apps chose their own name, which may be false. */
  isKnown: boolean
  /** The URL that receives the answer. */
  callback: string
  account: string
  /** The requested scopes, in words. */
  permissions: readonly string[]
}

/** Asks the user to allow what the app requests. */
export const consentPage = ({ title, base, client, isKnown, callback, account, permissions }: ConsentPage): Html =>
  layout(
    { title, base },
    `May ${client} use your ${title}?`,
    html`<p>It asks to</p>
<ul>${permissions.map((permission) => html`<li>${permission}</li>`)}</ul>
${isKnown ? '' : html`<p><strong>This app is unverified; its name may be false.</strong> Allow it only if you have just started to connect it yourself.</p>`}
<p class="soft">You are signed in as <strong>${account}</strong>. Your answer goes to <strong>${nameOfReceiver(callback)}</strong>. You can take this back at any time, under <a href="${base}/oauth/apps">connected apps</a>.</p>
<form method="post">
<button name="action" value="allow">Allow</button>
<button name="action" value="deny" class="second">Do not allow</button>
<button name="action" value="sign-out" class="second" formnovalidate>Use another account</button>
</form>`,
  )
