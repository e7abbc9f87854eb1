import type { TokenAnswer } from '../../oauth/driver.ts'
import type { Flow } from '../../oauth/flow.ts'
import { checkTokenAnswer } from './oauth-answers.ts'

const errors = ['invalid_grant', 'invalid_request', 'invalid_client', 'unauthorized_client']

export async function checkRefresh(flow: Flow, { json }: TokenAnswer): Promise<void> {
  const { client, driver, report } = flow
  const { secondClient } = flow.settings
  const old = json.refresh_token
  if (typeof old !== 'string') return report.skip('oauth', 'refresh', 'no refresh token was issued')
  flow.mustRefuse(await driver.refresh(client, 'made-up'), 'oauth-any-code', 'an invalid refresh token', [
    'invalid_grant',
    'invalid_request',
  ])
  flow.mustRefuse(
    await driver.refresh(client, String(json.access_token)),
    'oauth-any-code',
    'an access token in place of a refresh token',
    ['invalid_grant', 'invalid_request'],
  )
  if (((await flow.probe(old)) ?? 401) < 300)
    flow.add('auth-any-token', 'the operations accept a refresh token as an access token')
  if (secondClient)
    flow.mustRefuse(
      await driver.refresh(secondClient, old),
      'oauth-code-stolen',
      "another client's refresh token",
      errors,
    )
  if (client.clientSecret !== undefined)
    for (const [what, clientSecret] of [
      ['a wrong client secret', `${client.clientSecret}x`],
      ['no client secret', undefined],
    ] as const) {
      const { refresh_token: fresh } = (await flow.tokens()).json
      const answer = await driver.refresh({ ...client, clientSecret }, String(fresh))
      flow.mustRefuse(answer, 'oauth-secret', `a refresh token with ${what}`, errors)
    }
  await checkScopes(flow)
  await checkRotation(flow, await flow.tokens())
}

/** RFC 6749, section 6: the scope must not grow. */
async function checkScopes(flow: Flow): Promise<void> {
  const { client, driver, settings, endpoints } = flow
  const whole = settings.scope ?? endpoints.scope
  const small = settings.readScope ?? whole
  const wide = settings.readScope === undefined ? `${whole} made-up-scope`.trim() : whole
  const granted = await flow.trySign({ scope: small })
  if (!granted?.answer.has('code')) return
  const answer = await driver.exchange(client, granted, { scope: wide })
  if (answer.status < 300) flow.checkScope(answer, small, 'was requested')
  const { refresh_token: refresh, scope = small } = (await flow.tokens({ scope: small })).json
  const had = String(scope)
  const grown = await driver.refresh(client, String(refresh), { scope: wide })
  if (grown.status < 300) flow.checkScope(grown, had, 'was granted before the refresh')
  else if (grown.status >= 500)
    flow.add('server-error', `a refresh with a wider scope is answered with ${grown.status}`)
}

async function checkRotation(flow: Flow, { json }: TokenAnswer): Promise<void> {
  const { client, driver } = flow
  const first = String(json.refresh_token)
  const before = await flow.read(String(json.access_token))
  const answer = await driver.refresh(client, first)
  if (!checkTokenAnswer(flow, answer, 'a refresh token')) return
  const { refresh_token: next, access_token: access } = answer.json
  if (access === json.access_token) flow.add('oauth-token-answer', 'a refresh gives the same access token again')
  if (((await flow.probe(String(access))) ?? 200) === 401)
    flow.add('auth-token-refused', 'the operations answer 401 to a token that was just refreshed')
  if (before !== undefined) await checkUser(flow, before, String(access))
  if (typeof next !== 'string' || next === first) {
    if (client.clientSecret === undefined)
      flow.add('oauth-refresh-again', 'the refresh token of a public client is not replaced')
    return
  }
  const [reused, newer] = [await driver.refresh(client, first), await driver.refresh(client, next)]
  if (reused.status < 300) flow.add('oauth-refresh-again', 'a replaced refresh token is accepted again')
  else if (newer.status < 300)
    flow.add('oauth-code-withdrawn', 'after a replaced refresh token was sent again, the newer one still works')
}

/** What an operation shows is the same before and after a refresh, as it is after another sign-in of the same user. */
async function checkUser(flow: Flow, before: string, refreshed: string): Promise<void> {
  const after = await flow.read(refreshed)
  if (after === undefined || after === before) return
  const again = await flow.read(String((await flow.tokens()).json.access_token))
  if (again === before && (await flow.read(refreshed)) === after)
    flow.add('oauth-user', 'the operations show something else to a refreshed token than to each token of a sign-in')
}

/** RFC 7009. */
export async function checkRevocation(flow: Flow, { json }: TokenAnswer): Promise<void> {
  const { client, driver, endpoints } = flow
  const { refresh_token: refresh, access_token: access } = json
  if (endpoints.revoke === undefined)
    return flow.report.skip('oauth', 'revocation', 'the metadata has no revocation_endpoint')
  // A token that the operations read by themselves cannot be revoked.
  if (!isSelfContained(access) && typeof access === 'string' && ((await flow.probe(access)) ?? 401) < 300) {
    const fresh = (await flow.tokens()).json
    const status = await driver.revoke(client, String(fresh.access_token))
    // A server may answer that it revokes refresh tokens only.
    if (status === 200 && ((await flow.probe(String(fresh.access_token))) ?? 401) < 300)
      flow.add('oauth-code-withdrawn', 'a revoked access token still works')
  }
  if (typeof refresh !== 'string') return flow.report.skip('oauth', 'revocation', 'no refresh token was issued')
  const status = await driver.revoke(client, refresh)
  if (status !== 200) flow.add('oauth-revocation', `revocation is answered with ${status}`)
  else if ((await driver.refresh(client, refresh)).status < 300)
    flow.add('oauth-revocation', 'a revoked refresh token still works')
  const unknown = await driver.revoke(client, 'made-up')
  if (unknown >= 500) flow.add('server-error', `the revocation of an unknown token is answered with ${unknown}`)
}

/** A JSON Web Token. */
export const isSelfContained = (token: unknown): boolean => String(token).split('.').length === 3
