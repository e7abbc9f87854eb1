import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as openid from 'openid-client'
import { chat, type Diary, desktop, serveDiary, web } from './fixture.ts'
import { codeParameters, credentials, getLegacyCode, getTokens, redeem, signUp } from './flow.ts'

let diary: Diary
before(async () => {
  diary = await serveDiary()
})
after(() => diary.close())

for (const client of [desktop, web])
  test(`${client.name}: code with PKCE, call, refresh, revoke`, async () => {
    const browser = await signUp(diary, `ada of ${client.id}`)
    const { configuration, tokens, callback } = await getTokens(diary, client, browser)
    assert.equal(callback.searchParams.get('iss'), `${diary.url}/oauth`)
    assert.equal(tokens.token_type, 'bearer')
    assert.ok((tokens.expires_in ?? 0) > 3000)
    assert.equal((await diary.call(tokens.access_token)).status, 200)

    const renewed = await openid.refreshTokenGrant(configuration, tokens.refresh_token as string)
    assert.notEqual(renewed.refresh_token, tokens.refresh_token)
    assert.equal((await diary.call(renewed.access_token)).status, 200)

    await openid.tokenRevocation(configuration, renewed.refresh_token as string)
    assert.equal((await diary.call(renewed.access_token)).status, 401)
  })

for (const type of ['form', 'json'])
  for (const place of ['body', 'header'])
    test(`ChatGPT of 2023: no PKCE, an empty scope, a ${type} with credentials in the ${place}`, async () => {
      const browser = await signUp(diary, `bob ${type} ${place}`)
      const basic = `Basic ${Buffer.from(`${chat.id}:${chat.secret}`).toString('base64')}`
      const [inBody, header] = place === 'body' ? [credentials, ''] : [{}, basic]
      const code = await getLegacyCode(diary, browser)
      const answer = await redeem(diary, { ...codeParameters(code), ...inBody }, type, header)
      const tokens = (await answer.json()) as Record<string, string>
      assert.equal(answer.status, 200, JSON.stringify(tokens))
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(tokens.scope, 'diary:read diary:write')
      assert.equal((await diary.call(tokens.access_token)).status, 200)
      const again = await redeem(
        diary,
        { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string, ...inBody },
        type,
        header,
      )
      assert.equal(again.status, 200)
    })
