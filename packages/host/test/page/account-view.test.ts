import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import { type ServedHost, serveHost } from '../fixture.ts'
import { checkView, closeBrowser, noBrowser, openBrowser, openPage, tabTo } from './chromium.ts'

const password = 'correct horse battery'
const next = 'seven purple teapots'

let served: ServedHost
let browser: Browser
let page: Page
let errors: string[]
before(async () => {
  if (noBrowser) return
  ;[served, browser] = await Promise.all([
    buildPage().then((folder) => serveHost({ mode: 'accounts' }, servePage(folder))),
    openBrowser(),
  ])
  ;({ page, errors } = await openPage(browser))
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  await served.close()
})

const press = async (name: string, scope: Pick<Page, 'getByRole'> = page): Promise<void> => {
  await tabTo(scope.getByRole('button', { name, exact: true }))
  await page.keyboard.press('Enter')
}
const type = async (label: string, text: string, scope: Pick<Page, 'getByLabel'> = page): Promise<void> => {
  await tabTo(scope.getByLabel(label))
  await page.keyboard.type(text)
}
const signInShown = () => page.getByRole('heading', { name: 'Sign in' }).waitFor()
async function signIn(word: string): Promise<void> {
  await page.goto(`${served.url}/settings`)
  await signInShown()
  await type('Name', 'ada')
  await type('Password', word)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Account', exact: true }).waitFor()
}
test('a user changes the password, signs out everywhere and deletes the account, with the keyboard alone', {
  skip: noBrowser,
  timeout: 60_000,
}, async () => {
  await served.userBrowser('ada')
  await signIn(password)
  await checkView(page, 'account')

  await type('Current password', 'wrong')
  await type('New password', next)
  await press('Change password')
  await page.getByRole('alert').filter({ hasText: 'The current password is wrong' }).waitFor()
  await page.getByLabel('Current password').fill(password)
  await press('Change password')
  await page.getByRole('status').filter({ hasText: 'The password is changed' }).waitFor()
  assert.equal(await page.getByLabel('New password').inputValue(), '')

  await press('Sign out everywhere')
  await signInShown()
  await signIn(next)

  await press('Delete account')
  const dialog = page.getByRole('alertdialog')
  await dialog.locator('input:focus').waitFor()
  await checkView(page, 'deletion')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await press('Delete account')
  await dialog.locator('input:focus').waitFor()
  await page.keyboard.type('wrong')
  await press('Delete account', dialog)
  await dialog.getByRole('alert').filter({ hasText: 'The current password is wrong' }).waitFor()
  await dialog.getByLabel('Current password').fill(next)
  await press('Delete account', dialog)
  await signInShown()
  await assert.rejects(served.browser().send('POST', '/api/session', { name: 'ada', password: next }), { status: 403 })
  assert.deepEqual(
    errors.filter((error) => !error.includes('403')),
    [],
  )
})
