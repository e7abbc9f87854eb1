import { accessToken, isSignedIn, signIn, signOut, takeAnswer } from './sign-in.js'

// Where the token comes from: the field, which is kept in memory only, or the sign-in of this tab.

const page = document.documentElement.dataset
const field = document.getElementById('token')
const button = document.getElementById('sign-in')
const forget = document.getElementById('sign-out')
const state = document.getElementById('sign-in-state')

/** The token to send; undefined if there is none. */
export const token = () => field?.value.trim() || accessToken()

/**
 * The value of the header Authorization; undefined if there is no token.
 * @throws Error with one line
 */
export function authorization() {
  const sent = token()
  if (!sent) return undefined
  if (!/^[!-~]+$/.test(sent)) throw new Error('The token has blanks or letters that no header can carry: copy it again')
  return page.scheme === 'basic' ? `Basic ${btoa(`:${sent}`)}` : `Bearer ${sent}`
}

/** Makes the buttons work, and takes the answer of a sign-in that led back to this page. */
export async function startAccess(onChange = () => {}) {
  if (!button) return
  const show = (text = isSignedIn() ? 'You are signed in.' : '') => {
    state.textContent = text
    button.hidden = isSignedIn()
    forget.hidden = !isSignedIn()
    onChange()
  }
  const attempt = (step) =>
    step().then(
      () => show(),
      (error) => show(error.message),
    )
  button.addEventListener('click', () => attempt(() => signIn(page)))
  forget.addEventListener('click', () => {
    signOut()
    show('')
    button.focus()
  })
  await attempt(takeAnswer)
}
