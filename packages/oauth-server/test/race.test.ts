import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import type { Adapter } from 'oidc-provider'
import { createAdapter } from '../src/adapter.ts'
import { oauthMigrations } from '../src/index.ts'
import type { Browser } from './browser.ts'
import { type Diary, serveDiary } from './fixture.ts'
import { codeParameters, credentials, getLegacyCode, redeem, signUp } from './flow.ts'

for (const latency of [0, 6]) {
  const store = latency > 0 ? 'a slow store' : 'the store'
  let diary: Diary
  let browser: Browser
  before(async () => {
    diary = await serveDiary({ latency })
    browser = await signUp(diary, 'ada')
  })
  after(() => diary.close())

  const twenty = (parameters: Record<string, string>) =>
    Promise.all(Array.from({ length: 20 }, () => redeem(diary, { ...parameters, ...credentials })))
  const winners = (answers: Response[]) => answers.filter(({ status }) => status === 200)

  test(`of twenty who redeem one code at once exactly one gets tokens, on ${store}, and the reuse revokes them`, async () => {
    for (let round = 0; round < 3; round++) {
      const answers = await twenty(codeParameters(await getLegacyCode(diary, browser)))
      assert.equal(winners(answers).length, 1)
      for (const answer of answers)
        if (answer.status !== 200) assert.equal(((await answer.json()) as { error: string }).error, 'invalid_grant')
      const { access_token } = (await (winners(answers)[0] as Response).json()) as { access_token: string }
      assert.equal((await diary.call(access_token)).status, 401, 'a code that was sent twice has been stolen')
    }
  })

  test(`of twenty who refresh with one token at once exactly one gets tokens, on ${store}, and the reuse revokes them`, async () => {
    for (let round = 0; round < (latency > 0 ? 3 : 10); round++) {
      const first = await redeem(diary, { ...codeParameters(await getLegacyCode(diary, browser)), ...credentials })
      const { access_token, refresh_token } = (await first.json()) as Record<'access_token' | 'refresh_token', string>
      const answers = await twenty({ grant_type: 'refresh_token', refresh_token })
      assert.equal(winners(answers).length, 1)
      const won = (await (winners(answers)[0] as Response).json()) as Record<'access_token' | 'refresh_token', string>
      for (const token of [access_token, won.access_token]) assert.equal((await diary.call(token)).status, 401)
      const again = await redeem(diary, {
        grant_type: 'refresh_token',
        refresh_token: won.refresh_token,
        ...credentials,
      })
      assert.equal(again.status, 400)
    }
  })
}

test('whichever of two processes gets a token first, its second use ends the family for both', async (t) => {
  const url = temporaryDatabase()
  const databases = [await openDatabase(url, oauthMigrations), await openDatabase(url, oauthMigrations)] as const
  t.after(() => Promise.all(databases.map((database) => database.close())))
  for (const model of ['RefreshToken', 'AuthorizationCode'])
    for (let round = 0; round < 10; round++) {
      const grantId = `${model} ${round}`
      const [one, two] = databases.map((database) => createAdapter(database)(model)) as [Adapter, Adapter]
      await one.upsert(`token ${grantId}`, { grantId }, 600)
      await createAdapter(databases[0])('Grant').upsert(grantId, {}, 600)
      const uses = Array.from({ length: 20 }, (_, use) => (use % 2 ? one : two).consume(`token ${grantId}`))
      const done = await Promise.allSettled(uses)
      assert.equal(done.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const database of databases) assert.equal(await createAdapter(database)('Grant').find(grantId), undefined)
    }
})
