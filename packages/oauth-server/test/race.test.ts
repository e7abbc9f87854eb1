import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
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

  test(`of twenty who refresh with one token at once exactly one gets tokens, on ${store}`, async () => {
    for (let round = 0; round < 3; round++) {
      const first = await redeem(diary, { ...codeParameters(await getLegacyCode(diary, browser)), ...credentials })
      const { refresh_token } = (await first.json()) as { refresh_token: string }
      const answers = await twenty({ grant_type: 'refresh_token', refresh_token })
      assert.equal(winners(answers).length, 1)
    }
  })
}
