import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hashing } from '@reference-plugins/testing/cheap-passwords'
import { Browser } from './browser.ts'
import { chat, type Diary, serveDiary } from './fixture.ts'
import { begin, codeParameters, credentials, getLegacyCode, password, redeem, signUp } from './flow.ts'

let diary: Diary
before(async () => {
  diary = await serveDiary()
})
after(() => diary.close())

const start = (by: Browser) =>
  by.open(
    `/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: chat.id, redirect_uri: chat.redirectUris[0] as string, state: 's', scope: 'diary:read' })}`,
  )

test('sign up, a consent page that names the app and its scopes, and deny', async () => {
  const browser = new Browser(diary.url)
  await start(browser)
  assert.match(browser.page, /<strong>Chat<\/strong> asks for access to your Diary/)
  await browser.open(`${browser.url}?new=1`)
  await browser.submit('sign-up', { name: 'Ada L.', password })
  assert.match(browser.page, /May Chat use your Diary\?/)
  assert.match(browser.page, /<li>Read your diary<\/li>/)
  assert.doesNotMatch(browser.page, /Write into your diary/)
  assert.match(browser.page, /<strong>Ada L\.<\/strong>/)
  assert.match(browser.page, /<strong>chat\.openai\.com<\/strong>/)
  const end = new URL(await browser.submit('deny'))
  assert.equal(end.origin, 'https://chat.openai.com')
  assert.equal(end.searchParams.get('error'), 'access_denied')
  assert.equal(end.searchParams.get('state'), 's')
  assert.equal(end.searchParams.get('iss'), `${diary.url}/oauth`)
})

test('every page forbids scripts and frames, and lets forms redirect to the app', async () => {
  const browser = new Browser(diary.url)
  for (const open of [
    () => start(browser),
    () => browser.open('/oauth/apps'),
    () => browser.open('/oauth/interaction/x'),
    () => browser.open('/oauth/authorize'),
  ]) {
    await open()
    const policy = browser.headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"])
      assert.ok(policy.includes(part))
    assert.doesNotMatch(policy, /form-action|unsafe/)
    assert.doesNotMatch(browser.page, /<script|style=|\son\w+=/)
    assert.match(browser.headers.get('cache-control') ?? '', /no-store/)
    assert.match(browser.headers.get('content-type') ?? '', /^text\/html/)
  }
})

test('names that look the same are one name', async () => {
  await signUp(diary, 'Grace')
  for (const name of ['grace', 'GRACE', 'Ｇrace']) {
    const browser = await signUp(diary, name)
    assert.equal(browser.status, 409, name)
    assert.match(browser.page, /This user name is taken/)
  }
})

test('an invalid form is shown again, with the reason and the name', async () => {
  for (const [name, word, reason] of [
    ['', password, /1 to 64/],
    ['x'.repeat(65), password, /1 to 64/],
    ['<b>', password, /letters, digits/],
    ['eve', 'short', /at least 8/],
    ['eve', 'x'.repeat(201), /at most 200/],
  ] as const) {
    const browser = new Browser(diary.url)
    await browser.open('/oauth/apps?new=1')
    await browser.submit('sign-up', { name, password: word })
    assert.equal(browser.status, 422)
    assert.match(browser.page, reason)
    assert.doesNotMatch(browser.page, /<b>/)
    if (word !== password) assert.ok(!browser.page.includes(word), 'a password is never shown')
  }
})

test('a wrong password and an unknown name get the same answer, and the eleventh try must wait', async () => {
  await signUp(diary, 'linus')
  const answers: string[] = []
  for (const name of ['linus', 'nobody']) {
    const browser = new Browser(diary.url)
    await browser.open('/oauth/apps')
    await browser.submit('sign-in', { name, password: 'wrong password' })
    assert.equal(browser.status, 401)
    answers.push(browser.page.replace(name, ''))
  }
  assert.equal(answers[0], answers[1])
  const browser = new Browser(diary.url)
  await browser.open('/oauth/apps')
  for (let tries = 0; tries < 12 && browser.status !== 429; tries++)
    await browser.submit('sign-in', { name: 'LINUS', password: 'wrong password' })
  assert.equal(browser.status, 429)
  assert.ok(Number(browser.headers.get('retry-after')) > 0)
  await browser.submit('sign-in', { name: 'linus', password })
  assert.equal(browser.status, 429, 'the right password waits too')
  const other = new Browser(diary.url)
  await other.open('/oauth/apps')
  await other.submit('sign-in', { name: 'Ada L.', password })
  assert.match(other.page, /Connected apps/, 'nobody else has to')
})

test('a form from another site changes nothing', async () => {
  const browser = await signUp(diary, 'margaret')
  await getLegacyCode(diary, browser)
  await browser.open('/oauth/apps')
  assert.match(browser.page, /<strong>Chat<\/strong>/)
  for (const headers of [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': '' },
    { origin: '', 'sec-fetch-site': '' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' },
  ] as Record<string, string>[]) {
    await browser.submit('revoke', { client: chat.id }, headers)
    assert.equal(browser.status, 403)
    await browser.open('/oauth/apps')
  }
  assert.match(browser.page, /<strong>Chat<\/strong>/)
})

test('a page from another browser, or an expired one, is refused', async () => {
  const browser = await signUp(diary, 'alan')
  await start(browser)
  const { url } = browser
  const thief = await signUp(diary, 'thief')
  await thief.open(url)
  assert.equal(thief.status, 400)
  assert.match(thief.page, /another browser/)
  await diary.database.run`UPDATE oauth_record SET expires_at = 1 WHERE model = 'Interaction'`
  await browser.open(url)
  assert.equal(browser.status, 400)
})

test('a user who has signed out or changed the account must sign in again', async () => {
  const browser = await signUp(diary, 'barbara')
  await start(browser)
  const { url } = browser
  await browser.open('/oauth/apps')
  await browser.submit('sign-out')
  await browser.open(url)
  assert.match(browser.page, /value="sign-in"/)
  await browser.submit('sign-in', { name: 'barbara', password })
  assert.match(browser.page, /May Chat use/)
  await browser.submit('sign-out')
  assert.match(browser.page, /value="sign-in"/)
  await signUp(diary, 'frances')
  await browser.submit('sign-in', { name: 'frances', password })
  assert.match(browser.page, /<strong>frances<\/strong>/)
  const code = new URL(await browser.submit('allow')).searchParams.get('code') ?? ''
  const answer = (await (await redeem(diary, { ...codeParameters(code), ...credentials })).json()) as {
    access_token: string
  }
  const { user } = (await (await diary.call(answer.access_token)).json()) as { user: string }
  assert.equal(user, (await diary.accounts.findByName('frances'))?.id)
})

test('a user sees and revokes only their own apps', async () => {
  const one = await signUp(diary, 'one')
  const two = await signUp(diary, 'two')
  const tokens: string[] = []
  for (const browser of [one, two]) {
    const answer = await redeem(diary, { ...codeParameters(await getLegacyCode(diary, browser)), ...credentials })
    tokens.push(((await answer.json()) as { access_token: string }).access_token)
  }
  await one.open('/oauth/apps')
  await one.submit('revoke', { client: chat.id })
  assert.match(one.page, /No app has access/)
  assert.equal((await diary.call(tokens[0])).status, 401)
  assert.equal((await diary.call(tokens[1])).status, 200)
  await two.open('/oauth/apps')
  assert.match(two.page, /<strong>Chat<\/strong>[\s\S]*Read your diary/)
})

test('a user is asked again only after revoking the app', async () => {
  const browser = await signUp(diary, 'radia')
  await getLegacyCode(diary, browser, 'diary:read')
  assert.match(await start(browser), /^https:\/\/chat\.openai\.com\/.*code=/)
  await browser.open('/oauth/apps')
  await browser.submit('revoke', { client: chat.id })
  await start(browser)
  assert.match(browser.page, /May Chat use/)
})

test('a sign-in on a slow machine delays no other request', async (t) => {
  hashing.isCheap = false
  t.after(() => {
    hashing.isCheap = true
  })
  const { start } = await begin(diary, chat)
  const browsers = Array.from({ length: 4 }, () => new Browser(diary.url))
  for (const browser of browsers) await browser.open(start.href)
  let answered = 0
  const logins = browsers.map(async (browser, number) => {
    await browser.submit('sign-in', { name: `nobody${number}`, password })
    answered++
  })
  // Hashing four passwords, two at once, takes as long as hundreds of these, however slow the machine is.
  for (let count = 0; count < 10; count++) await (await fetch(`${diary.url}/livez`)).text()
  assert.ok(answered < 4, 'all were answered before ten short requests')
  await Promise.all(logins)
})
