import { TimeOver } from '../../calls/deadline.ts'
import { exchange } from '../../calls/exchange.ts'
import type { AuthorizeChange } from '../../oauth/driver.ts'
import type { Flow } from '../../oauth/flow.ts'
import { checkState } from './oauth-answers.ts'

const foreign = 'https://evil.example/callback'

/** Authorization requests with one thing wrong. */
export async function checkRequests(flow: Flow): Promise<void> {
  await checkCallback(flow)
  await checkResponseType(flow)
  await checkPkce(flow)
  await checkUnknownScope(flow)
  await checkRefusal(flow)
}

/** What makes a server block the tester comes last. */
export async function checkStrangers(flow: Flow): Promise<void> {
  await checkPages(flow)
  await checkUnknownClient(flow)
  await checkPassword(flow)
}

/** A callback that only looks like the registered one must not get a code, nor an error. */
async function checkCallback(flow: Flow): Promise<void> {
  const { redirectUri } = flow.client
  const { origin, hostname, port, pathname, protocol } = new URL(redirectUri)
  const isLoopback = /^(localhost|127\.|\[::1\])/.test(hostname)
  const swapCase = pathname.replace(/[a-z]/i, (letter) =>
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  )
  const others = [
    `${redirectUri}/../elsewhere`,
    `${redirectUri}.evil`,
    `${redirectUri}/`,
    `${redirectUri}/more`,
    `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}extra=1`,
    redirectUri.replace(pathname, swapCase),
    redirectUri.replace(origin, `${origin}.evil.example`),
    redirectUri.replace(hostname, `evil.${hostname}`),
    redirectUri.replace(hostname, 'evil.example'),
    redirectUri.replace('://', `://${hostname}@evil.example/`),
    ...(protocol === 'https:' ? [redirectUri.replace('https:', 'http:')] : []),
    // RFC 8252, section 7.3: any port of this machine is right.
    ...(isLoopback ? [] : [redirectUri.replace(origin, `${protocol}//${hostname}:${Number(port || 443) + 1}`)]),
    `${redirectUri}#fragment`,
  ]
  for (const other of others.filter((one) => URL.canParse(one) && one !== redirectUri)) {
    const granted = await flow.trySign({ redirectUri: other })
    if (granted && isSame(granted.callback, other, redirectUri) && granted.answer.has('code'))
      flow.add('oauth-redirect', `the callback ${other}, which is not registered, gets a code`)
  }
  for (const [what, change] of Object.entries<AuthorizeChange>({
    'with an unknown response_type': { redirectUri: foreign, parameters: { response_type: 'made-up' } },
    'with an unknown scope': { redirectUri: foreign, scope: 'made-up-scope' },
    'after the registered one': { repeated: [['redirect_uri', foreign]] },
  })) {
    const granted = await flow.trySign(change)
    if (granted?.callback.host === new URL(foreign).host)
      flow.add('oauth-redirect', `the callback ${foreign} ${what}, which is not registered, gets an answer`)
  }
}

/** Whether the server redirected to the given callback as it is, and not to the registered one. */
const isSame = (callback: URL, given: string, registered: string): boolean => {
  const [wanted, own] = [new URL(given), new URL(registered)]
  const place = ({ origin, pathname }: URL) => origin + pathname
  if (place(callback) !== place(wanted)) return false
  // A fragment and an extra query leave the callback as it is: then the query or the fragment shows it.
  return (
    place(wanted) !== place(own) ||
    (wanted.hash !== '' ? callback.hash !== '' : wanted.search === own.search || callback.searchParams.has('extra'))
  )
}

async function checkResponseType(flow: Flow): Promise<void> {
  for (const type of ['token', 'id_token token', 'code token']) {
    const granted = await flow.trySign({ parameters: { response_type: type, nonce: 'made-up' } })
    if (!granted) continue
    if (granted.fragment.has('access_token') || granted.answer.has('access_token'))
      return flow.add('oauth-implicit', `response_type=${type} is answered with an access_token in the redirect`)
  }
  for (const type of ['made-up', undefined]) {
    const granted = await flow.trySign({ parameters: { response_type: type } })
    if (!granted) continue
    if (granted.answer.has('code'))
      flow.add('oauth-request', `${type ? 'an unknown response_type' : 'a request without response_type'} gets a code`)
    else if (granted.answer.has('error')) checkState(flow, granted.answer, granted.state)
  }
}

/** RFC 7636 at the authorization endpoint: no challenge, a plain one, and an unknown method. */
async function checkPkce(flow: Flow): Promise<void> {
  const { driver, client } = flow
  const none = { parameters: { code_challenge: undefined, code_challenge_method: undefined } }
  const without = await flow.trySign(none)
  if (without?.answer.has('code')) {
    const isPublic = client.clientSecret === undefined
    const { status } = await driver.exchange(client, without, { code_verifier: undefined })
    if (isPublic && status < 300) flow.add('oauth-pkce', 'a public client gets tokens without PKCE')
    const again = await flow.trySign(none)
    // Where a code without a challenge does not work at all, PKCE is required.
    if (status < 300 && again && (await driver.exchange(client, again)).status < 300)
      flow.add(
        'oauth-request',
        'a code_verifier is accepted for a request that had no code_challenge (RFC 9700, section 2.1.1)',
      )
  }
  const verifier = 'plain-verifier-of-the-contract-tester-0123456789'
  const plain = await flow.trySign({ parameters: { code_challenge: verifier, code_challenge_method: 'plain' } })
  if (plain?.answer.has('code') && (await driver.exchange(client, plain, { code_verifier: verifier })).status < 300)
    flow.add('oauth-pkce-plain', 'code_challenge_method=plain is accepted')
  const odd = await flow.trySign({ parameters: { code_challenge_method: 'S512' } })
  if (odd?.answer.has('code') && (await driver.exchange(client, odd, { code_verifier: 'y'.repeat(43) })).status < 300)
    flow.add('oauth-pkce', 'with an unknown code_challenge_method, any code_verifier is accepted')
}

async function checkUnknownScope(flow: Flow): Promise<void> {
  const scope = flow.settings.scope ?? flow.endpoints.scope
  const granted = await flow.trySign({ scope: `${scope} made-up-scope`.trim() })
  if (!granted) return
  if (granted.answer.has('error')) return checkState(flow, granted.answer, granted.state)
  const { json, status } = await flow.driver.exchange(flow.client, granted)
  if (
    status < 300 &&
    String(json.scope ?? '')
      .split(' ')
      .includes('made-up-scope')
  )
    flow.add('oauth-scope', 'a scope that does not exist is granted')
}

/** What the user refuses must not be granted. */
async function checkRefusal(flow: Flow): Promise<void> {
  const granted = await flow.trySign({ isRefused: true, parameters: { prompt: 'consent' } })
  if (!granted?.hasRefused) return
  if (granted.answer.has('code')) flow.add('oauth-consent', 'after the button that refuses, the client gets a code')
  else checkState(flow, granted.answer, granted.state)
}

/** The pages show what was sent as text, never as HTML. */
async function checkPages(flow: Flow): Promise<void> {
  const { client, endpoints, report } = flow
  const { authorize, scope, toHere } = endpoints
  const usual = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: flow.settings.scope ?? scope,
    state: 'made-up-state',
  }
  for (const name of ['client_id', 'redirect_uri', 'scope', 'state'] as const) {
    const query = new URLSearchParams({ ...usual, [name]: `${usual[name]}"><contract-tester>` })
    const url = `${toHere(authorize)}${authorize.includes('?') ? '&' : '?'}${query}`
    report.calls++
    const answer = await exchange(url, { headers: { accept: 'text/html' } }).catch((error) => {
      if (error instanceof TimeOver) throw error
      return undefined
    })
    const isPage = /html/i.test(answer?.headers['content-type'] ?? '')
    if (answer && isPage && answer.text.includes('<contract-tester>'))
      report.add('oauth-injection', 'oauth', `the page shows ${name} as HTML`, { curl: `curl -i '${url}'` })
  }
}

async function checkUnknownClient(flow: Flow): Promise<void> {
  const unknown = { clientId: 'made-up-client', redirectUri: foreign }
  if ((await flow.trySign({}, unknown))?.answer.has('code'))
    flow.add('oauth-redirect', `a client that does not exist gets a code at ${foreign}`)
}

async function checkPassword(flow: Flow): Promise<void> {
  const { signIn } = flow.settings
  if (!signIn) return
  const granted = await flow.tryStranger({ ...signIn, password: `wrong-${signIn.password}` })
  if (granted?.answer.has('code')) flow.add('oauth-password', 'a wrong password is accepted')
}
