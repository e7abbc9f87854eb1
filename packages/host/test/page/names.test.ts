import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import type { PluginDetail, RegistrationEvent } from '../../src/wire.ts'
import { type ServedHost, serveHost } from '../fixture.ts'
import { type ServedApi, serveApi } from '../served-api.ts'
import { closeBrowser, noBrowser, openBrowser, openPage } from './chromium.ts'

const names = [
  'listOrganizationRepositoryDependabotAlertsForEnterprise',
  'update_organization_repository_dependabot_alert_assignees',
  'get-organization-repository-security-advisories-by-state',
]

let api: ServedApi
let served: ServedHost
let browser: Browser
let page: Page
before(async () => {
  if (noBrowser) return
  api = await serveApi('long')
  api.replace('/openapi.json', (request, response) => {
    const operation = (operationId: string) => ({
      operationId,
      summary: 'Reads',
      responses: { 200: { description: 'ok' } },
    })
    response.end(
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'long', version: '1' },
        servers: [{ url: `http://${request.headers.host}` }],
        paths: Object.fromEntries(names.map((name, index) => [`/${index}`, { get: operation(name) }])),
      }),
    )
  })
  ;[served, browser] = await Promise.all([
    buildPage().then((folder) => serveHost({}, servePage(folder))),
    openBrowser(),
  ])
  ;({ page } = await openPage(browser, { viewport: { width: 360, height: 800 } }))
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  await served.close()
  api.close()
})

/** The words of names that stand on more than one line. Each is a text of its own in the page. */
const brokenWords = () =>
  page.evaluate(`(() => {
    const shown = [...document.querySelectorAll('.name')].filter((one) => one.getClientRects().length > 0)
    const texts = shown.flatMap((one) => [...one.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE))
    const broken = texts.filter((text) => {
      const range = document.createRange()
      range.selectNode(text)
      return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1
    })
    return { broken: broken.map(({ textContent }) => textContent), names: shown.length }
  })()`) as Promise<{ broken: string[]; names: number }>

test('a long name of an operation breaks between its words, on a phone too', {
  skip: noBrowser,
  timeout: 60_000,
}, async () => {
  const user = served.browser()
  const end = (await user.events<RegistrationEvent>('/api/registrations', { address: api.host })).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end))
  const { id } = await user.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await user.send('PUT', `/api/plugins/${id}/activation`, {})

  await page.goto(`${served.url}/plugins/${id}?tab=operations`)
  await page.locator('.operations .name').nth(2).waitFor()
  assert.deepEqual(await brokenWords(), { broken: [], names: 3 })
  await page.goto(served.url)
  await page.getByRole('button', { name: 'Call operation' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.name').nth(2).waitFor()
  assert.deepEqual((await brokenWords()).broken, [])
  // The name is read as one word.
  await dialog.getByRole('button', { name: new RegExp(`^${names[0]} `) }).click()
  await dialog.getByRole('button', { name: 'Call', exact: true }).click()
  await page.locator('.call.card .name').waitFor()
  assert.deepEqual(await brokenWords(), { broken: [], names: 1 })
})
