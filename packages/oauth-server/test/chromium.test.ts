import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { closeBrowser, noBrowser, openBrowser, openPage } from '../../testing/test/chromium.ts'
import { type Diary, desktop, serveDiary } from './fixture.ts'
import { begin, password } from './flow.ts'

let diary: Diary
let browser: Browser
let client: Server
let callback: string
before(async () => {
  if (noBrowser) return
  diary = await serveDiary()
  browser = await openBrowser()
  client = createServer((_, response) => response.end('The app has your answer')).listen(0, '127.0.0.1')
  await new Promise((resolve) => client.once('listening', resolve))
  callback = `http://127.0.0.1:${(client.address() as AddressInfo).port}/callback`
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  client.closeAllConnections()
  client.close()
  await diary.close()
})

for (const javaScript of [true, false])
  test(`a person signs up, allows and revokes access, ${javaScript ? 'with' : 'without'} JavaScript`, {
    skip: noBrowser,
  }, async () => {
    const { page, errors } = await openPage(browser, { javaScriptEnabled: javaScript })
    const { start } = await begin(diary, desktop, { redirect_uri: callback })
    await page.goto(start.href)
    await page.getByRole('link', { name: 'Create one' }).click()
    await page.getByLabel('User name').fill(`ada ${javaScript}`)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Create the account' }).click()
    await page.getByRole('heading', { name: 'May Desktop app use your Diary?' }).waitFor()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByText('The app has your answer').waitFor()
    const end = new URL(page.url())
    assert.equal(end.origin + end.pathname, callback)
    assert.equal(end.searchParams.get('state'), start.searchParams.get('state'))
    assert.ok(end.searchParams.get('code'))
    await page.goto(`${diary.url}/oauth/apps`)
    await page.getByRole('button', { name: 'Disconnect Desktop app' }).click()
    await page.getByText('No app has access to your Diary.').waitFor()
    await page.goto(start.href)
    await page.getByRole('button', { name: 'Do not allow' }).click()
    await page.getByText('The app has your answer').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied')
    assert.deepEqual(errors, [], 'the content policy lets through what the pages need')
  })

test('the pages can be used with the keyboard alone', { skip: noBrowser }, async () => {
  const { page } = await openPage(browser)
  const { start } = await begin(diary, desktop, { redirect_uri: callback })
  await page.goto(`${diary.url}/oauth/apps?new=1`)
  await page.keyboard.type('grace')
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Connected apps' }).waitFor()
  await page.goto(start.href)
  const focused = () => page.evaluate<string>('document.activeElement?.textContent')
  for (let tabs = 0; tabs < 5 && (await focused()) !== 'Allow'; tabs++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('The app has your answer').waitFor()
})

test('every input has an accessible name, and nothing is wider than a small phone', {
  skip: noBrowser,
}, async () => {
  const { page } = await openPage(browser)
  await page.setViewportSize({ width: 320, height: 600 })
  const { start } = await begin(diary, desktop, { redirect_uri: callback })
  for (const url of [start.href, `${diary.url}/oauth/apps?new=1`, `${diary.url}/oauth/interaction/none`]) {
    await page.goto(url)
    const unnamed = await page.evaluate<number>(
      'Array.from(document.querySelectorAll("input:not([type=hidden])")).filter((one) => !one.labels?.length).length',
    )
    assert.equal(unnamed, 0, url)
    assert.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), url)
    assert.equal(await page.locator('h1').count(), 1)
    assert.equal(await page.evaluate<string>('document.documentElement.lang'), 'en')
  }
})
