import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { checkView, closeBrowser, noBrowser, openBrowser, openPage, tabTo } from '../../../testing/test/chromium.ts'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import type { Conversation } from '../../src/wire.ts'
import { type ServedHost, serveHost } from '../fixture.ts'
import { type LocalPlugins, startLocalPlugins } from '../local-plugins/local-plugins.ts'

let locals: LocalPlugins
let served: ServedHost
let browser: Browser
let page: Page
let errors: string[]
before(async () => {
  if (noBrowser) return
  ;[locals, served, browser] = await Promise.all([
    startLocalPlugins(),
    buildPage().then((folder) => serveHost({}, servePage(folder))),
    openBrowser(),
  ])
  ;({ page, errors } = await openPage(browser))
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  await served.close()
  await locals.end()
})

/** Registers a plugin with the keyboard alone. */
async function register(name: string, fill: () => Promise<void> = async () => {}): Promise<void> {
  await page.goto(`${served.url}/plugins/register`)
  await page.locator('input:focus').waitFor()
  await page.keyboard.type(locals.of(name).address)
  await page.keyboard.press('Enter')
  const approve = page.getByRole('button', { name: /^Register (?!a plugin)/ })
  await approve.waitFor()
  await fill()
  await tabTo(approve)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /^Activation/ }).waitFor()
}
const press = async (name: RegExp | string): Promise<void> => {
  await tabTo(page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).last())
  await page.keyboard.press('Enter')
}
const isActive = () => page.getByRole('heading', { name: 'Activation: Active' }).waitFor()
async function callOperation(operation: string, given: Record<string, string>): Promise<void> {
  await press(/^Chat with/)
  await page.getByRole('heading', { name: 'Chat with your plugins' }).waitFor()
  await press(/^Call operation/)
  await press(new RegExp(`^${operation}`))
  for (const [name, value] of Object.entries(given)) {
    await tabTo(page.getByLabel(new RegExp(`^${name}`)).first())
    await page.keyboard.type(value)
  }
  await press(/^Call( \(asks first\))?$/)
}
const answered = (title: string) => page.locator('.call.good', { hasText: title }).last().waitFor()

test('todo: registered, activated and called, with a confirmation before it changes anything', {
  skip: noBrowser,
  timeout: 60_000,
}, async () => {
  await register('todo')
  await press(/^Activate/)
  await isActive()
  await callOperation('addTodo', { username: 'ada', todo: 'buy milk' })
  await page.getByText('This call changes something').waitFor()
  await press('Allow')
  await answered('addTodo')
})

test('a plugin shows the response of an operation with a view, in a frame that reaches nothing', {
  skip: noBrowser,
  timeout: 60_000,
}, async () => {
  const callGetTodos = async () => {
    await press(/^Call operation/)
    await press(/^getTodos/)
    await tabTo(page.getByLabel('username').first())
    await page.keyboard.type('ada')
    await press('Call')
  }
  await callGetTodos()
  const view = page.frameLocator('iframe.view').last()
  await view.getByText('buy milk').waitFor()
  const frame = page.frames().at(-1)
  assert.equal(await frame?.evaluate('origin'), 'null')
  await assert.rejects(frame?.evaluate(`fetch('${served.url}/api/session')`) ?? Promise.resolve(), /Failed to fetch/)

  // A second view takes the place of the first one, which can be opened again.
  const showView = page.getByRole('button', { name: 'Show view' })
  const hidden = await showView.count()
  await callGetTodos()
  await showView.nth(hidden).waitFor()
  await view.getByText('buy milk').waitFor()
  assert.deepEqual([await page.locator('iframe.view').count(), await showView.count()], [1, hidden + 1])
  await press('Show view')
  await view.getByText('buy milk').waitFor()
  assert.deepEqual([await page.locator('iframe.view').count(), await showView.count()], [1, hidden + 1])
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const open = (await page.locator('iframe.view').getAttribute('src'))?.split('/').at(-2)
  const { messages } = await served.browser().get<Conversation>(`/api/conversations/${id}`)
  const viewed = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'call' && part.call.view ? [part.call] : [])),
  )
  for (const call of viewed.filter((one) => one.id !== open))
    await assert.rejects(
      served
        .browser()
        .events(`/api/conversations/${id}/calls/${call.id}/view-calls`, { operation: 'getTodos', arguments: {} }),
      { status: 409, message: /Another view/ },
    )
  assert.equal(viewed.filter((one) => one.id !== open).length, hidden + 1)
  // A view that asks without end makes one request, and is closed.
  let asked = 0
  page.on('request', (request) => (asked += request.url().endsWith('/view-calls') ? 1 : 0))
  await page
    .frames()
    .at(-1)
    ?.evaluate(`for (let id = 1000; id < 3000; id++)
      parent.postMessage({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'getTodos', arguments: { username: 'ada' } } }, '*')`)
  await page.getByText('This view was closed because it sent too many messages').waitFor()
  await press('Deny')
  assert.deepEqual([asked, await page.locator('iframe.view').count()], [1, 0])
  // The test itself caused that error.
  errors.splice(0, errors.length, ...errors.filter((one) => !/Fetch API cannot load|Connecting to/.test(one)))
})

test('stocks: a service token is entered with the approval', { skip: noBrowser, timeout: 60_000 }, async () => {
  await register('stocks', async () => {
    await tabTo(page.getByLabel('Service token'))
    await page.keyboard.type(locals.of('stocks').token)
  })
  await press(/^Activate/)
  await isActive()
  await callOperation('getQuotes', { symbols: 'AAPL\nIBM' })
  await answered('getQuotes')
})

test('news: the user pastes a token', { skip: noBrowser, timeout: 60_000 }, async () => {
  await register('news')
  await tabTo(page.getByLabel('Your token'))
  await page.keyboard.type(locals.of('news').token)
  await page.keyboard.press('Enter')
  await isActive()
  await callOperation('getHeadlines', {})
  await answered('getHeadlines')
})

test('notes: the user signs in with OAuth in a separate window', { skip: noBrowser, timeout: 60_000 }, async () => {
  await register('notes')
  const [window] = await Promise.all([page.waitForEvent('popup'), press(/^Sign in to/)])
  const { signIn } = locals.of('notes')
  await tabTo(window.getByLabel('Name'))
  await window.keyboard.type(signIn?.username ?? '')
  await tabTo(window.getByLabel('Password'))
  await window.keyboard.type(signIn?.password ?? '')
  await window.keyboard.press('Enter')
  await tabTo(window.getByRole('button', { name: /Allow/ }))
  await window.keyboard.press('Enter')
  await isActive()
  await callOperation('addNote', { title: 'Found in a browser', text: 'All four modes work.' })
  await press('Allow')
  await answered('addNote')
})

test('the browser reports no errors, from the policy of the page or otherwise', { skip: noBrowser }, () => {
  // The library that shows views tries to make code of text, and works without it.
  const real = errors.filter((one) => !/TrustedScript/.test(one))
  assert.deepEqual(real, [])
})

test('every view is accessible, light and dark, on a phone and on a desktop', {
  skip: noBrowser,
  timeout: 120_000,
}, async () => {
  const [plugin] = (await served.browser().get<{ id: string }[]>('/api/plugins')) as [{ id: string }]
  const [conversation] = (await served.browser().get<{ id: string }[]>('/api/conversations')) as [{ id: string }]
  const views: [name: string, path: string, prepare?: (page: Page) => Promise<unknown>][] = [
    ['converse', '/'],
    ['conversation', `/c/${conversation.id}`, openCall],
    ['plugins', '/plugins'],
    ['register', '/plugins/register', failToRegister],
    ['plugin', `/plugins/${plugin.id}`],
    ['operations', `/plugins/${plugin.id}?tab=operations`, openOperation],
    ['developer', `/plugins/${plugin.id}?tab=developer`],
    ['contract', `/plugins/${plugin.id}?tab=report`],
    ['settings', '/settings'],
    ['share', '/share/made-up'],
    ['nothing', '/nowhere'],
    ['picker', '/', openPicker],
    ['form', '/', openForm],
  ]
  // Two at a time, because axe runs in the process of its page.
  await Promise.all(
    [0, 1].map(async (half) => {
      const { page: view } = await openPage(browser)
      for (const [name, path, prepare] of views.filter((_, index) => index % 2 === half)) {
        await view.goto(`${served.url}${path}`)
        await view.getByRole('heading').first().waitFor()
        await prepare?.(view)
        await checkView(view, name)
      }
      await view.context().close()
    }),
  )
})

async function openCall(view: Page): Promise<void> {
  await view.locator('.call').first().waitFor()
  for (const summary of await view.locator('.call summary').all()) await summary.click()
}

async function openOperation(view: Page): Promise<void> {
  await view.locator('.operations summary').first().click()
  await view
    .getByRole('link', { name: /^Call / })
    .first()
    .waitFor()
}

async function failToRegister(view: Page): Promise<void> {
  await view.getByLabel('Address').fill('localhost:1')
  await view.keyboard.press('Enter')
  await view.getByText('The plugin was not registered').waitFor()
}

async function openPicker(view: Page): Promise<void> {
  await view.getByRole('button', { name: /^Call operation/ }).click()
  await view.getByRole('searchbox', { name: /^Search \d+ operations/ }).waitFor()
}

async function openForm(view: Page): Promise<void> {
  await openPicker(view)
  await view.getByRole('button', { name: /^getTodos/ }).click()
}

test('the tabs of a plugin are chosen with the arrow keys, and a reload shows the same tab', {
  skip: noBrowser,
  timeout: 60_000,
}, async () => {
  const [plugin] = (await served.browser().get<{ id: string }[]>('/api/plugins')) as [{ id: string }]
  await page.goto(`${served.url}/plugins/${plugin.id}`)
  await tabTo(page.getByRole('tab', { name: 'Overview' }))
  await page.keyboard.press('ArrowRight')
  const operations = page.getByRole('tab', { name: /^Operations/, selected: true })
  await operations.waitFor()
  await page.reload()
  await operations.waitFor()
  await page.locator('.operations .name').first().waitFor()
  assert.equal(await page.getByRole('heading', { name: /^Activation/ }).count(), 0)
})

test('Escape closes a form', { skip: noBrowser }, async () => {
  await page.goto(served.url)
  await openForm(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Call operation/ }).waitFor()
})
