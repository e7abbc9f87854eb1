import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import type { PluginDetail, RegistrationEvent } from '../../src/wire.ts'
import { type ServedHost, serveHost } from '../fixture.ts'
import { serveUploads, type UploadApi } from '../upload-api.ts'
import { closeBrowser, noBrowser, openBrowser, openPage, seriousFindings } from './chromium.ts'

let served: ServedHost
let api: UploadApi
let browser: Browser
let page: Page
let errors: string[]
before(async () => {
  if (noBrowser) return
  ;[served, browser, api] = await Promise.all([
    buildPage().then((folder) => serveHost({}, servePage(folder))),
    openBrowser(),
    serveUploads(),
  ])
  ;({ page, errors } = await openPage(browser))
  const client = served.browser()
  const end = (await client.events<RegistrationEvent>('/api/registrations', { address: api.address })).at(-1)
  assert.ok(end?.type === 'end')
  const plugin = await client.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await client.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  await served.close()
  api.close()
})

async function openForm(operation: string) {
  await page.goto(served.url)
  await page.getByRole('button', { name: /^Call operation/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: new RegExp(`^${operation}`) })
    .click()
}

test('a file is chosen in the form of an operation, and its bytes and name arrive', {
  skip: noBrowser,
  timeout: 60_000,
}, async () => {
  const buffer = Buffer.from(Array.from({ length: 3_000 }, (_, index) => index % 256))
  await openForm('addPhoto')
  await page.getByLabel(/^file/).setInputFiles({ name: 'Größe.png', mimeType: 'image/png', buffer })
  await page.getByLabel(/^title/).fill('Mine')
  assert.deepEqual(await seriousFindings(page), [])
  await page.getByRole('button', { name: /^Call/ }).last().click()
  await page
    .getByText(/base64,… \(3000 bytes\)/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.locator('.call.good').waitFor()
  assert.deepEqual(api.files, [{ field: 'file', name: 'Größe.png', type: 'image/png', text: buffer.toString() }])
  assert.deepEqual(api.texts, { title: 'Mine' })
  assert.deepEqual(errors, [])
})

test('files that are too large are refused before anything is sent', { skip: noBrowser, timeout: 60_000 }, async () => {
  await openForm('addAll')
  const buffer = Buffer.alloc(1.5 * 2 ** 20)
  const mimeType = 'image/png'
  await page.getByLabel(/^files/).setInputFiles([
    { name: 'a.png', mimeType, buffer },
    { name: 'b.png', mimeType, buffer },
  ])
  await page.getByRole('button', { name: /^Call/ }).last().click()
  await page.getByText('The files are larger than 2 MiB: send them with pnpm host call -F').waitFor()
})
