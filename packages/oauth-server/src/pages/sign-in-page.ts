import { html } from 'hono/html'
import { type Html, layout, problemText } from './layout.ts'

export interface SignInPage {
  title: string
  /** The path before those of the plugin. */
  base: string
  /** The app that sent the user here; undefined if the user opened the page directly. */
  client?: string | undefined
  /** Whether the form creates an account. */
  isNew: boolean
  mayBeNew: boolean
  name?: string | undefined
  problem?: string | undefined
}

/** The form to sign in or to create an account. */
export function signInPage({ title, base, client, isNew, mayBeNew, name = '', problem }: SignInPage): Html {
  const reason = client === undefined ? '' : html`<p><strong>${client}</strong> asks for access to your ${title}.</p>`
  const heading = isNew ? 'Create an account' : 'Sign in'
  return layout(
    { title, base },
    heading,
    html`${reason}${problemText(problem)}
<form method="post">
<label>User name
<input name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required autofocus></label>
<label>Password
<input name="password" type="password" autocomplete="${isNew ? 'new-password' : 'current-password'}" ${isNew ? 'minlength=8' : ''} maxlength="200" required>
${isNew ? html`<small>At least 8 characters. A few words are easy to remember and hard to guess.</small>` : ''}</label>
<button name="action" value="${isNew ? 'sign-up' : 'sign-in'}">${isNew ? 'Create the account' : 'Sign in'}</button>
</form>
${other(isNew, mayBeNew)}`,
  )
}

function other(isNew: boolean, mayBeNew: boolean): Html | '' {
  if (isNew) return html`<p class="soft below">Do you have an account? <a href="?">Sign in</a></p>`
  if (mayBeNew) return html`<p class="soft below">No account yet? <a href="?new=1">Create one</a></p>`
  return ''
}
