import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase, type Transaction } from '@reference-plugins/store'
import { hashing } from '@reference-plugins/testing/cheap-passwords'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { type Account, Accounts } from '../src/accounts.ts'
import { fitsPassword, hashPassword, SignInBusy } from '../src/password.ts'
import { SignInLimits } from '../src/sign-in-limits.ts'
import { oauthMigrations } from '../src/tables.ts'
import { Browser } from './browser.ts'
import { chat, type Diary, desktop, serveDiary } from './fixture.ts'
import { begin, codeParameters, credentials, getLegacyCode, password, redeem, signUp } from './flow.ts'

let diary: Diary
before(async () => {
  diary = await serveDiary()
})
after(() => diary.close())

const newPassword = 'seven purple teapots'

async function signIn(name: string, word: string): Promise<Browser> {
  const browser = new Browser(diary.url)
  await browser.open('/oauth/apps')
  await browser.submit('sign-in', { name, password: word })
  return browser
}

test('a changed password ends the sign-ins in other browsers, and the old one is refused', async () => {
  const browser = await signUp(diary, 'ada')
  const other = await signIn('ada', password)
  await browser.submit('change-password', { password: 'wrong password', next: newPassword })
  assert.equal(browser.status, 401)
  await browser.submit('change-password', { password, next: 'password123' })
  assert.equal(browser.status, 422)
  assert.match(browser.page, /most common/)
  await browser.submit('change-password', { password, next: newPassword })
  assert.match(browser.page, /Connected apps/)
  await other.open('/oauth/apps')
  assert.match(other.page, /value="sign-in"/)
  assert.equal((await signIn('ada', password)).status, 401)
  assert.match((await signIn('ADA', newPassword)).page, /Connected apps/)
})

test('a user signs out of all browsers at once, and apps keep their access', async () => {
  const browser = await signUp(diary, 'grace')
  const other = await signIn('grace', password)
  const answer = await redeem(diary, { ...codeParameters(await getLegacyCode(diary, other)), ...credentials })
  const { access_token } = (await answer.json()) as { access_token: string }
  await browser.submit('sign-out-everywhere')
  for (const one of [browser, other]) {
    await one.open('/oauth/apps')
    assert.match(one.page, /value="sign-in"/)
  }
  await other.open((await begin(diary, chat)).start.href)
  assert.match(other.page, /value="sign-in"/, 'no session of the authorization server is left')
  assert.equal((await diary.call(access_token)).status, 200)
})

test('a deleted account cannot sign in, its apps lose their access, and its name is free again', async () => {
  const browser = await signUp(diary, 'barbara')
  const answer = await redeem(diary, { ...codeParameters(await getLegacyCode(diary, browser)), ...credentials })
  const { access_token, refresh_token } = (await answer.json()) as Record<'access_token' | 'refresh_token', string>
  await browser.open('/oauth/apps')
  await browser.submit('delete-account', { password: 'wrong password' })
  assert.equal(browser.status, 401)
  assert.equal((await diary.call(access_token)).status, 200)
  await browser.submit('delete-account', { password })
  assert.match(browser.page, /value="sign-in"/)
  assert.equal((await diary.call(access_token)).status, 401)
  assert.equal((await redeem(diary, { grant_type: 'refresh_token', refresh_token, ...credentials })).status, 400)
  assert.equal((await signIn('barbara', password)).status, 401)
  assert.match((await signUp(diary, 'Barbara')).page, /No app has access/)
})

test('a password that is changed while it is checked does not fit any more', async () => {
  const database = await openDatabase(temporaryDatabase(), oauthMigrations)
  const accounts = new Accounts(database)
  hashing.isCheap = false
  try {
    const account = (await accounts.add('ken', password)) as Account
    assert.equal((await accounts.check('ken', password))?.id, account.id)
    const changed = await hashPassword(newPassword)
    const checked = accounts.check('ken', password)
    // After the read of the check, long before its end.
    await accounts.findByName('ken')
    await database.run`UPDATE oauth_account SET password = ${changed} WHERE id = ${account.id}`
    assert.equal(await checked, undefined)
  } finally {
    hashing.isCheap = true
    await database.close()
  }
})

test('the data of an account is deleted with it, or both stay', async () => {
  const database = await openDatabase(temporaryDatabase(), {
    ...oauthMigrations,
    thing: 'CREATE TABLE thing (owner TEXT NOT NULL)',
  })
  const accounts = new Accounts(database)
  const account = (await accounts.add('ida', password)) as Account
  const secret = await accounts.signIn(account)
  await database.run`INSERT INTO thing (owner) VALUES (${account.id})`
  const removeThings = async (owner: string, transaction: Transaction) => {
    await transaction.run`DELETE FROM thing WHERE owner = ${owner}`
  }
  const failing = async (owner: string, transaction: Transaction) => {
    await removeThings(owner, transaction)
    throw new Error('the disk is full')
  }
  await assert.rejects(accounts.remove(account, failing), /the disk is full/)
  assert.ok((await database.all`SELECT * FROM thing`).length === 1 && (await accounts.signedIn(secret)))
  await accounts.remove(account, removeThings)
  assert.deepEqual(await database.all`SELECT owner FROM thing UNION ALL SELECT account_id FROM oauth_sign_in`, [])
  assert.equal(await accounts.find(account.id), undefined)
  await database.close()
})

test('prompt=login asks for the password of a user who is signed in', async () => {
  const browser = await signUp(diary, 'alan')
  await getLegacyCode(diary, browser)
  for (const more of [
    { prompt: 'login' },
    { prompt: 'login consent' },
    { max_age: '0' },
    { prompt: 'select_account' },
  ]) {
    const { start } = await begin(diary, desktop, more)
    await browser.open(start.href)
    assert.match(browser.page, /value="sign-in"/, JSON.stringify(more))
    await browser.open(browser.url)
    assert.match(browser.page, /value="sign-in"/, 'also after a reload')
    await browser.submit('sign-in', { name: 'alan', password: 'wrong password' })
    assert.equal(browser.status, 401)
    await browser.submit('sign-in', { name: 'alan', password })
    assert.match(browser.page, /May Desktop app use/, JSON.stringify(more))
    assert.match(await browser.submit('allow'), /code=/)
  }
  await signUp(diary, 'joan')
  await browser.open((await begin(diary, desktop, { prompt: 'login' })).start.href)
  await browser.submit('sign-in', { name: 'joan', password })
  assert.match(browser.page, /<strong>joan<\/strong>/, 'another user may answer')
})

test('guesses at one account from many addresses must wait, and its user signs in where they did before', async (t) => {
  const database = await openDatabase(temporaryDatabase(), oauthMigrations)
  t.after(() => database.close())
  const limits = new SignInLimits(database)
  assert.equal(await limits.count('192.0.2.1', 'Ada'), 0)
  await limits.succeed('192.0.2.1', 'Ada')
  const guesses = await Promise.all(Array.from({ length: 40 }, (_, n) => limits.count(`198.51.100.${n}`, 'ＡＤＡ')))
  assert.equal(guesses.filter((wait) => wait === 0).length, 30)
  assert.ok(Math.max(...guesses) > 60, 'an hour at most')
  assert.equal(await limits.count('192.0.2.1:4711', 'ada'), 0)
  const network = await Promise.all(Array.from({ length: 20 }, (_, n) => limits.count(`2001:db8::${n}`, 'grace')))
  assert.equal(network.filter((wait) => wait === 0).length, 10, 'a network counts as one address')
  const all = async (from: number) => {
    const tries = Array.from({ length: 400 }, (_, n) =>
      limits.count(`10.${from}.${n >> 8}.${n & 255}`, `name ${from} ${n}`),
    )
    return (await Promise.all(tries)).filter((wait) => wait === 0).length
  }
  assert.ok((await all(1)) < 300, 'a limit in total')
  assert.equal(await all(2), 0)
  assert.equal(await limits.count('192.0.2.1', 'ada'), 0)
  await limits.giveBack('10.2.0.0', 'name 2 0')
})

test('few passwords wait to be hashed, and one that nobody waits for is not hashed', async (t) => {
  hashing.isCheap = false
  t.after(() => {
    hashing.isCheap = true
  })
  const gone = new AbortController()
  const all = Array.from({ length: 60 }, () => hashPassword('x', gone.signal))
  const settled = Promise.allSettled(all)
  await sleep(10)
  gone.abort()
  const started = performance.now()
  assert.equal(await fitsPassword('x', undefined), false)
  const waited = performance.now() - started
  const results = await settled
  assert.ok(results.filter(({ status }) => status === 'fulfilled').length <= 2, 'only those that had begun')
  const busy = results.filter((one) => one.status === 'rejected' && one.reason instanceof SignInBusy)
  assert.ok(busy.length >= 40 && busy.every((one) => one.status === 'rejected' && one.reason.status === 503))
  const one = performance.now()
  await fitsPassword('x', undefined)
  assert.ok(waited < 6 * (performance.now() - one) + 500, `waited ${waited} ms`)
})

test('sign-ins that were given up delay nobody', async (t) => {
  hashing.isCheap = false
  t.after(() => {
    hashing.isCheap = true
  })
  const send = (name: string) => {
    const body = `action=sign-in&name=${name}&password=y`
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }
    const sent = request(`${diary.url}/oauth/apps`, { method: 'POST', headers, agent: false })
    sent.on('error', () => {})
    sent.end(body)
    return sent
  }
  const sent = Array.from({ length: 60 }, (_, number) => send(`z${number}`))
  await sleep(300)
  for (const one of sent) one.destroy()
  await sleep(50)
  const started = performance.now()
  const browser = await signIn('nobody', password)
  assert.equal(browser.status, 401)
  const waited = performance.now() - started
  await signIn('nobody', password)
  const one = performance.now() - started - waited
  assert.ok(waited < Math.max(5_000, 10 * one), `waited ${waited} ms, and then ${one} ms`)
})
