import { challengeOf, type TokenSending } from '../../oauth/driver.ts'
import type { Flow } from '../../oauth/flow.ts'
import type { OAuthClient } from '../../oauth/settings.ts'
import type { Code } from '../../rules/rules.ts'
import { isSelfContained } from './oauth-refresh.ts'

const parallel = 8
const ofGrant = ['invalid_grant', 'invalid_request']
const ofClient = ['invalid_client', 'unauthorized_client', 'invalid_request', 'invalid_grant']

interface Wrong {
  code: Code
  what: string
  errors: readonly string[]
  change?: Record<string, string | undefined>
  by?: OAuthClient
  sending?: TokenSending
}

/** Each attempt uses a new code, because a server may revoke a code after a wrong attempt. */
export async function checkCodes(flow: Flow): Promise<void> {
  const { client, driver, report } = flow
  const { secondClient } = flow.settings
  if (!secondClient) report.skip('oauth', 'codes of another client', 'no second client was given: oauth.secondClient')
  for (const { code, what, errors, change, by = client, sending } of [...wrongGrants(flow), ...wrongClients(flow)]) {
    const granted = await flow.sign()
    const isNotHashed = change && 'code_challenge_method' in change
    const more = isNotHashed ? { ...change, code_verifier: challengeOf(granted.verifier) } : change
    flow.mustRefuse(await driver.exchange(by, granted, more, sending), code, what, errors)
  }
  await checkOnce(flow)
}

function wrongGrants({ client, settings }: Flow): Wrong[] {
  const { secondClient, signIn } = settings
  return [
    {
      code: 'oauth-pkce',
      what: 'a code with another code_verifier',
      errors: ['invalid_grant'],
      change: { code_verifier: 'x'.repeat(43) },
    },
    { code: 'oauth-pkce', what: 'a code with an empty code_verifier', errors: ofGrant, change: { code_verifier: '' } },
    {
      code: 'oauth-pkce',
      what: 'a code without its code_verifier',
      errors: ofGrant,
      change: { code_verifier: undefined },
    },
    {
      code: 'oauth-pkce',
      what: 'the code_challenge in place of the code_verifier',
      errors: ofGrant,
      change: { code_challenge_method: 'plain' },
    },
    {
      code: 'oauth-code-stolen',
      what: 'a code with another redirect_uri',
      errors: ofGrant,
      change: { redirect_uri: 'https://elsewhere.example/callback' },
    },
    {
      code: 'oauth-code-stolen',
      what: 'a code with its redirect_uri and a slash',
      errors: ofGrant,
      change: { redirect_uri: `${client.redirectUri}/` },
    },
    {
      code: 'oauth-redirect-missing',
      what: 'a code without the redirect_uri of its request',
      errors: ofGrant,
      change: { redirect_uri: undefined },
    },
    {
      code: 'oauth-grant-type',
      what: 'a code with an unknown grant_type',
      errors: ['unsupported_grant_type', 'invalid_request'],
      change: { grant_type: 'made-up' },
    },
    {
      code: 'oauth-grant-type',
      what: 'a code without a grant_type',
      errors: ['invalid_request', 'unsupported_grant_type'],
      change: { grant_type: undefined },
    },
    ...(signIn
      ? [
          {
            code: 'oauth-request' as const,
            what: "the user's password, grant_type=password,",
            errors: ['unsupported_grant_type', ...ofClient],
            change: { grant_type: 'password', code: undefined, username: signIn.username, password: signIn.password },
          },
        ]
      : []),
    ...(secondClient
      ? [
          {
            code: 'oauth-code-stolen' as const,
            what: "another client's code",
            errors: ofGrant,
            by: secondClient,
            change: { redirect_uri: client.redirectUri },
          },
        ]
      : []),
    { code: 'oauth-any-code', what: 'an invalid code of a known client', errors: ofGrant, change: { code: 'made-up' } },
    { code: 'oauth-any-code', what: 'an empty code', errors: ofGrant, change: { code: '' } },
  ]
}

function wrongClients({ client }: Flow): Wrong[] {
  const { clientSecret } = client
  const wrong: Wrong[] = [
    {
      code: 'oauth-secret',
      what: 'a code with an unknown client_id',
      errors: ofClient,
      by: { ...client, clientId: `${client.clientId}-unknown` },
    },
  ]
  if (clientSecret === undefined) return wrong
  const secret = `${clientSecret.slice(0, -1)}${clientSecret.endsWith('x') ? 'y' : 'x'}`
  const of = (what: string, by: OAuthClient, sending?: TokenSending): Wrong => ({
    code: 'oauth-secret',
    what,
    errors: ofClient,
    by,
    ...(sending && { sending }),
  })
  return [
    ...wrong,
    of('a wrong client secret', { ...client, clientSecret: secret }),
    of('a client secret with an extra letter', { ...client, clientSecret: `${clientSecret}x` }),
    of('an empty client secret', { ...client, clientSecret: '' }),
    of('no client secret', { ...client, clientSecret: undefined }),
    of('a wrong client secret in the Authorization header', { ...client, clientSecret: secret }, { isBasic: true }),
  ]
}

async function checkOnce(flow: Flow): Promise<void> {
  const { client, driver } = flow
  await checkGet(flow)
  const twice = await flow.sign()
  const { json } = await driver.exchange(client, twice)
  if (
    !flow.mustRefuse(await driver.exchange(client, twice), 'oauth-code-again', 'a code that was used already', ofGrant)
  )
    return
  const { refresh_token: refresh, access_token: access } = json
  if (typeof refresh === 'string' && (await driver.refresh(client, refresh)).status < 300)
    flow.add('oauth-code-withdrawn', 'the refresh token of a code that was sent twice still works')
  else if (typeof access === 'string' && !isSelfContained(access) && ((await flow.probe(access)) ?? 401) < 300)
    flow.add('oauth-code-withdrawn', 'the access token of a code that was sent twice still works')
  const raced = await flow.sign()
  const answers = await Promise.all(Array.from({ length: parallel }, () => driver.exchange(client, raced)))
  const taken = answers.filter(({ status }) => status < 300).length
  if (taken > 1)
    flow.add(
      'oauth-code-again',
      `of ${parallel} simultaneous requests with one code, ${taken} are answered with tokens`,
    )
}

/** Whatever status the refusal has: many servers have no route for GET. */
async function checkGet(flow: Flow): Promise<void> {
  const { client, driver } = flow
  const { status, json } = await driver.exchange(client, await flow.sign(), {}, { method: 'GET' })
  if (status < 300 && typeof json.access_token === 'string')
    flow.add('oauth-method', 'a code by GET is answered with tokens')
  else if (status >= 500 && status !== 501) flow.add('server-error', `a code by GET is answered with ${status}`)
}
