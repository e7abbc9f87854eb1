import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { closePlugin, createApp, createLog } from '@reference-plugins/core'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import {
  closeBrowser,
  noBrowser,
  openBrowser,
  openPage,
  seriousFindings,
  tabTo,
} from '../../../packages/testing/test/chromium.ts'
import { createFoodPlugin } from '../src/plugin.ts'

const token = 'service-token-0123456789-0123456789'
const browser = noBrowser ? undefined : await openBrowser()
after(() => browser && closeBrowser())

test('a person confirms the age with the keyboard alone, on a phone, light and dark', {
  skip: noBrowser,
}, async (t) => {
  assert.ok(browser)
  const server = createServer((request, response) => handle?.(request, response)).listen(0, '127.0.0.1')
  let handle: ReturnType<Awaited<ReturnType<typeof createApp>>['callback']> | undefined
  await once(server, 'listening')
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const plugin = await createFoodPlugin({
    PUBLIC_URL: publicUrl,
    DATABASE_URL: temporaryDatabase(),
    NODE_ENV: 'production',
    FOOD_SERVICE_TOKENS: [token],
    FOOD_PAYMENTS: 'steady',
  })
  handle = (await createApp(plugin, { publicUrl, log: createLog('silent', false) })).callback()
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await closePlugin(plugin)
  })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const input = { store: 'forno-luca', items: ['3 x chianti', '2 x margherita + large + olives + mushrooms'] }
  const guest = { guest_name: 'Ada', guest_phone: '+12125550100', fulfillment: 'pickup', tip: 500 }
  const made = await fetch(`${publicUrl}/checkouts`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...input, ...guest }),
  })
  const { id, continue_url } = (await made.json()) as { id: string; continue_url: string }

  const { page, errors, hosts } = await openPage(browser, { viewport: { width: 320, height: 700 } })
  t.after(() => page.context().close())
  const check = async (name: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      assert.deepEqual(await seriousFindings(page), [], `${name} ${colorScheme}`)
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      assert.equal(wide, 0, `${name} is wider than a phone`)
      const folder = process.env.SCREENSHOTS
      if (folder) await page.screenshot({ path: `${folder}/continue-${name}-${colorScheme}.png`, fullPage: true })
    }
  }
  await page.goto(continue_url)
  await check('age')
  const button = page.getByRole('button', { name: 'Confirm' })
  // The browser asks for the box first.
  await tabTo(button)
  await page.keyboard.press('Enter')
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Confirm your age for Forno Luca')
  await tabTo(page.getByRole('checkbox', { name: 'I am 21 years old or older.' }))
  await page.keyboard.press('Space')
  await tabTo(button)
  await page.keyboard.press('Enter')
  await page.getByText('You have confirmed your age').waitFor()
  await check('confirmed')
  const read = await fetch(`${publicUrl}/checkouts/${id}`, { headers })
  assert.equal(((await read.json()) as { status: string }).status, 'ready_for_payment')
  assert.deepEqual([errors, [...hosts]], [[], [new URL(publicUrl).host]])
})
