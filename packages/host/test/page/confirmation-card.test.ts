import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { checkView, closeBrowser, noBrowser, openBrowser, openPage, tabTo } from '../../../testing/test/chromium.ts'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import type { PluginDetail } from '../../src/wire.ts'
import { type ActingHost, begin, callByHand, lastCall, registerShop, serveActingHost } from '../acting/acting-host.ts'
import type { Browser as Api } from '../fixture.ts'

let served: ActingHost
let browser: Browser
let page: Page
let errors: string[]
let ada: Api
let plugin: PluginDetail
before(async () => {
  if (noBrowser) return
  ;[served, browser] = await Promise.all([
    buildPage().then((folder) => serveActingHost(servePage(folder))),
    openBrowser(),
  ])
  const [{ url, userBrowser }] = served.instances
  ada = await userBrowser('ada')
  plugin = await registerShop(ada, served.shop, 'HTTP')
  ;({ page, errors } = await openPage(browser))
  await page.goto(url)
  await page.getByLabel('Name').fill('ada')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Chat with your plugins' }).waitFor()
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  await served.close()
})

const card = () => page.getByRole('region', { name: 'Confirm this call' })
const press = async (name: string) => {
  await tabTo(page.getByRole('button', { name, exact: true }).last())
  await page.keyboard.press('Enter')
}

test('the card shows the question and the facts of the plugin first, and what is sent behind a disclosure', {
  skip: noBrowser,
  timeout: 120_000,
}, async () => {
  const id = await begin(ada, [])
  await callByHand(ada, id, plugin.id, 'buyAfterQuestion', { item: 'bread' })
  await page.goto(`${served.instances[0].url}/c/${id}`)
  await card().waitFor()
  assert.match((await card().textContent()) ?? '', /^Bakery asks:Buy bread for 3.50 EUR\?In stock100This call/)
  const sent = card().getByText('"item": "bread"')
  assert.equal(await sent.isVisible(), false)
  await checkView(page, 'question')
  await page.setViewportSize({ width: 1280, height: 850 })
  await tabTo(card().getByText('Exactly what is sent'))
  await page.keyboard.press('Enter')
  await sent.waitFor()

  // The price changes while the user thinks.
  await served.shop.setPrice(420)
  await press('Allow')
  await page.getByText('This has changed since you confirmed "Buy bread for 3.50 EUR?". Nothing was done.').waitFor()
  await card().getByText('Buy bread for 4.20 EUR?').waitFor()
  // Whoever reads with the ears is told where the new question is.
  assert.equal(await card().evaluate((one) => one === one.ownerDocument.activeElement), true)
  await press('Allow')
  await page.locator('.call.good').waitFor()
  await page.getByText('You confirmed: Buy bread for 4.20 EUR?').waitFor()
  await served.shop.setPrice(350)
  assert.equal((await served.shop.purchases()).length, 1)
})

test('a call that got no answer is sent again from its card', { skip: noBrowser, timeout: 60_000 }, async () => {
  const id = await begin(ada, [])
  const bought = (await served.shop.purchases()).length
  await callByHand(ada, id, plugin.id, 'buyAfterQuestion', { item: 'bread' })
  await page.goto(`${served.instances[0].url}/c/${id}`)
  await card().waitFor()
  served.shop.breakNext = 2
  await press('Allow')
  await page.getByText('With the same key: the plugin does it once.').waitFor()
  await press('Send again')
  await page.locator('.call.good').waitFor()
  assert.equal((await served.shop.purchases()).length, bought + 1)
})

test('a call without a question shows its inputs by name, and its JSON behind a disclosure', {
  skip: noBrowser,
  timeout: 60_000,
}, async () => {
  const id = await begin(ada, [])
  await callByHand(ada, id, plugin.id, 'buy', { item: 'bread', gift: true })
  await page.goto(`${served.instances[0].url}/c/${id}`)
  await card().waitFor()
  const call = page.locator('.call')
  assert.match((await call.locator('.facts').textContent()) ?? '', /^itembreadgifttrue$/)
  assert.equal(await card().getByText('"item": "bread"').isVisible(), false)
  await press('Deny')
  await call.getByText('You refused this call. Nothing was sent.').waitFor()
  assert.equal((await lastCall(ada, id)).state, 'refused')
  assert.deepEqual(errors, [])
})
