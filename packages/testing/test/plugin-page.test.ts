import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { createApp, createLog, listen } from '@reference-plugins/core'
import type { Browser, Locator, Page } from 'playwright-core'
import { hostilePlugin } from '../../core/test/home-fixture.ts'
import { freePort, startPlugin, workspacePlugins } from '../src/processes/index.ts'
import {
  checkView,
  closeBrowser,
  noBrowser,
  openBrowser,
  openPage,
  refusedCall,
  tabTo,
  type Watched,
} from './chromium.ts'

// The page of each plugin and its reference, in a real browser, with the keyboard alone.

type Local = Awaited<ReturnType<typeof workspacePlugins>>[number]

const options = { skip: noBrowser, timeout: 180_000 }
let locals: Local[]
let browser: Browser
before(async () => {
  if (noBrowser) return
  ;[locals, browser] = await Promise.all([
    workspacePlugins(new URL('../../../', import.meta.url).pathname),
    openBrowser(),
  ])
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  await Promise.all(locals.map((one) => one.end()))
})
const local = (name: string): Local => locals.find((one) => one.name === name) as Local

/** Opens a page, and after the test checks that it reported nothing and asked no other host. */
async function open(name: string, path: string, walk: (page: Page, watched: Watched) => Promise<void>): Promise<void> {
  const watched = await openPage(browser, {}, refusedCall)
  const { page, errors, hosts } = watched
  await page.goto(local(name).url + path)
  await walk(page, watched)
  assert.deepEqual(errors, [])
  const port = new URL(local(name).url).port
  for (const host of hosts) assert.match(host, new RegExp(`^(127\\.0\\.0\\.1|localhost):${port}$`))
  await page.context().close()
}

async function press(target: Locator): Promise<void> {
  await tabTo(target)
  await target.page().keyboard.press('Enter')
}

/** Opens the form of an operation, fills it in, and calls. Returns the part of the page that shows the operation and its result. */
async function call(page: Page, id: string, given: Record<string, string>): Promise<Locator> {
  const operation = page.locator(`#${id}`)
  if ((await operation.getAttribute('open')) === null) await press(operation.locator('summary').first())
  for (const [name, value] of Object.entries(given)) {
    await tabTo(operation.locator(`[name=${name}]`))
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText(value)
  }
  await press(operation.getByRole('button', { name: `Call ${id}` }))
  await operation.locator('.status:is(.good, .bad)').waitFor()
  return operation
}

const textOf = async (place: Locator): Promise<string> => (await place.textContent()) ?? ''
const status = (result: Locator): Promise<string> => textOf(result.locator('.status'))
const shown = (result: Locator, label: string): Promise<string> => textOf(result.getByLabel(label, { exact: true }))

/** Runs the curl line of the page in a shell, with the token in the variable that the line names. */
async function runCurl(result: Locator, token = ''): Promise<string> {
  const line = (await shown(result, 'the curl line')).replace(/^curl /, 'curl -sS ')
  const { stdout } = await promisify(execFile)('bash', ['-c', line], {
    env: { ...process.env, TOKEN: token },
    timeout: 20_000,
  })
  return stdout
}

/** The access token that the page keeps for this tab is nowhere else. */
async function assertNoSecretInUrl(page: Page): Promise<void> {
  assert.doesNotMatch(page.url(), /[?&](code|state|token)=/)
  const kept = await page.evaluate<string>('JSON.stringify([localStorage, document.cookie])')
  assert.equal(kept, '[{},""]')
}

test('todo: a call by the form, and the same call by its curl line', options, () =>
  open('todo', '/', async (page) => {
    await page.getByRole('heading', { name: 'Todo list', level: 1 }).waitFor()
    const todo = `it's "milk" & $HOME \`x\` \\ </script> 🥛`
    const result = await call(page, 'addTodo', { username: 'ada / 1', todo })
    assert.match(await status(result), /^200 OK, \d+ ms$/)
    assert.deepEqual(JSON.parse(await shown(result, 'the answer')), { status: 'success' })
    assert.match(
      await shown(result, 'the request'),
      /^POST http:\/\/127\.0\.0\.1:\d+\/todos\/ada%20%2F%201\nContent-Type: application\/json\n\n\{/,
    )
    assert.deepEqual(JSON.parse(await runCurl(result)), { status: 'success' })
    const list = await call(page, 'getTodos', { username: 'ada / 1' })
    assert.deepEqual(JSON.parse(await shown(list, 'the answer')), { todos: [todo, todo] })
    // What was left empty is not sent.
    assert.match(await shown(list, 'the request'), /\/todos\/ada%20%2F%201$/)
    const refused = await call(page, 'deleteTodo', { username: 'ada / 1', todo_idx: '9' })
    assert.match(await status(refused), /^404 Not Found/)
    assert.match(await shown(refused, 'the answer'), /The list ends before 9/)
    assert.match(await status(await call(page, 'getTodos', { username: '..' })), /".." cannot be a part of a path/)
    assert.equal(await textOf(list.locator('.result')), '')
  }),
)

test('stocks: without a token the answer says where to enter it, and with it a list is sent', options, () =>
  open('stocks', '/', async (page) => {
    const token = local('stocks').token ?? ''
    const refused = await call(page, 'getQuotes', { symbols: 'IBM' })
    assert.match(await status(refused), /^401 Unauthorized/)
    await press(refused.getByRole('link', { name: 'Access' }))
    await tabTo(page.getByLabel('Token', { exact: true }))
    await page.keyboard.insertText('schlüssel')
    assert.match(
      await status(await call(page, 'getQuotes', { symbols: 'IBM' })),
      /that no header can carry: copy it again/,
    )
    await page.getByLabel('Token', { exact: true }).fill('')
    await tabTo(page.getByLabel('Token', { exact: true }))
    await page.keyboard.type(token)
    const result = await call(page, 'getQuotes', { symbols: 'AAPL\nIBM' })
    assert.match(await status(result), /^200 OK/)
    assert.equal(JSON.parse(await shown(result, 'the answer')).quotes.length, 2)
    assert.ok(!(await textOf(page.locator('body'))).includes(token), 'the page never shows the token')
    assert.equal(JSON.parse(await runCurl(result, token)).quotes.length, 2)
    await assertNoSecretInUrl(page)
  }),
)

test('news: the token of a user, and optional inputs left empty', options, () =>
  open('news', '/', async (page) => {
    const token = local('news').token ?? ''
    await tabTo(page.getByLabel('Token', { exact: true }))
    await page.keyboard.type(token)
    const result = await call(page, 'getHeadlines', {})
    assert.match(await status(result), /^200 OK/)
    assert.match(await shown(result, 'the request'), /^GET \S+\/headlines\nAuthorization: Bearer …$/)
    assert.ok(JSON.parse(await runCurl(result, token)).articles.length > 0)
  }),
)

async function signIn(page: Page): Promise<void> {
  const { username = '', password = '' } = local('notes').oauth?.signIn ?? {}
  await press(page.getByRole('button', { name: 'Sign in' }))
  await tabTo(page.getByLabel('Name'))
  await page.keyboard.type(username)
  await tabTo(page.getByLabel('Password'))
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await allow(page)
}

async function allow(page: Page): Promise<void> {
  await press(page.getByRole('button', { name: 'Allow', exact: true }))
  await page.getByText('You are signed in.').waitFor()
}

test('notes: the whole sign-in, then calls with text, lists and times', options, () =>
  open('notes', '/', async (page, { errors }) => {
    await signIn(page)
    await assertNoSecretInUrl(page)
    const result = await call(page, 'addNote', { title: 'From the page', text: 'All of it', tags: 'one\ntwo' })
    assert.match(await status(result), /^200 OK/)
    assert.deepEqual(JSON.parse(await shown(result, 'the answer')).tags, ['one', 'two'])
    await page.locator('#listNotes summary').first().click()
    await page.locator('#listNotes [name=since]').fill('2020-01-31T09:00:00')
    const list = await call(page, 'listNotes', { limit: '5' })
    assert.match(await shown(list, 'the request'), /since=2020-01-31T\d\d%3A00%3A00Z/)
    assert.equal(JSON.parse(await shown(list, 'the answer')).notes[0].title, 'From the page')
    const token = await page.evaluate<string>('sessionStorage.getItem("access-token")')
    assert.equal(JSON.parse(await runCurl(list, token)).notes[0].title, 'From the page')
    await press(page.getByRole('button', { name: 'Forget the sign-in' }))
    assert.match(await status(await call(page, 'listNotes', {})), /^401/)
    // An answer that this page did not ask for is refused.
    await page.evaluate(
      `sessionStorage.setItem('sign-in', JSON.stringify({ state: 'own', issuer: 'own', fragment: '' }))`,
    )
    await page.goto(`${local('notes').url}/?code=stolen&state=other&iss=own`)
    await page.getByText('That answer belongs to another sign-in').waitFor()
    await assertNoSecretInUrl(page)
    assert.deepEqual(errors, [])
  }),
)

test('notes: a sign-in that the user does not allow says so', options, () =>
  open('notes', '/', async (page) => {
    const { username = '', password = '' } = local('notes').oauth?.signIn ?? {}
    await press(page.getByRole('button', { name: 'Sign in' }))
    await page.getByLabel('Name').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await press(page.getByRole('button', { name: 'Do not allow' }))
    await page.getByText('the user did not allow it').waitFor()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  }),
)

/** A cart of food that can be ordered, and what its caller sends to order it. */
async function fillCart(): Promise<Record<string, string>> {
  const answer = await fetch(`${local('food').url}/checkouts`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${local('food').token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      store: 'forno-luca',
      items: ['1 x margherita'],
      guest_name: 'Ada Lovelace',
      guest_phone: '+1 212 555 0100',
      fulfillment: 'pickup',
    }),
  })
  const { id, version, totals } = (await answer.json()) as {
    id: string
    version: number
    totals: { type: string; amount: number }[]
  }
  const total = totals.find(({ type }) => type === 'total')?.amount
  return { id, version: String(version), total: String(total) }
}

test('food: a call that acts asks the person first, and acts once when it is confirmed', options, () =>
  open('food', '/', async (page) => {
    await page.getByLabel('Token', { exact: true }).fill(local('food').token ?? '')
    const cart = await fillCart()
    await page.locator('#completeCheckout summary').first().click()
    await page.locator('#completeCheckout [name=payment]').selectOption('at_the_door')
    const question = page.getByRole('dialog', { name: /^Order from Forno Luca for \d+\.\d\d USD/ })
    const asked = call(page, 'completeCheckout', cart)
    await question.getByText('Ada Lovelace').waitFor()
    await checkView(page, 'food-question')
    await press(question.getByRole('button', { name: 'Decline' }))
    assert.equal(await status(await asked), 'You declined: nothing was done')
    const again = call(page, 'completeCheckout', cart)
    await press(question.getByRole('button', { name: 'Confirm' }))
    const result = await again
    assert.match(await status(result), /^200 OK/)
    assert.equal(JSON.parse(await shown(result, 'the answer')).status, 'completed')
    // The curl line has the key of the call, so it gets the first answer.
    assert.equal(JSON.parse(await runCurl(result, local('food').token)).status, 'completed')
  }),
)

test('/docs: a call that acts asks the person first', options, () =>
  open('food', '/docs', async (page) => {
    await press(page.locator('.btn.authorize'))
    await page.locator('.auth-container input').fill(local('food').token ?? '')
    await page.keyboard.press('Enter')
    await press(page.locator('.modal-ux .btn-done'))
    const { id = '', version, total } = await fillCart()
    const block = page.locator('.opblock').filter({ hasText: '/checkouts/{id}/complete' })
    await press(block.locator('.opblock-summary-control'))
    await press(block.getByRole('button', { name: 'Try it out' }))
    await block.locator('tr[data-param-name=id] input').fill(id)
    await block
      .locator('textarea')
      .fill(JSON.stringify({ version: Number(version), total: Number(total), payment: 'at_the_door' }))
    await press(block.getByRole('button', { name: 'Execute' }))
    await press(page.getByRole('dialog').getByRole('button', { name: 'Confirm' }))
    const answer = block.locator('.live-responses-table .response-col_status').last()
    await answer.waitFor()
    assert.match(await textOf(answer), /^200/)
  }),
)

/** Opens an operation of the reference and executes it. Returns the status. */
async function execute(page: Page, path: RegExp): Promise<string> {
  const block = page
    .locator('.opblock')
    .filter({ has: page.locator('.opblock-summary-path', { hasText: path }) })
    .first()
  await press(block.locator('.opblock-summary-control'))
  await press(block.getByRole('button', { name: 'Try it out' }))
  await press(block.getByRole('button', { name: 'Execute' }))
  const answer = block.locator('.live-responses-table .response-col_status').last()
  await answer.waitFor()
  return textOf(answer)
}

test('/docs: the whole sign-in of notes, and a call', options, () =>
  open('notes', '/docs', async (page) => {
    await page.locator('.opblock').first().waitFor()
    await signIn(page)
    await page.locator('.authorize.locked').waitFor()
    await assertNoSecretInUrl(page)
    assert.match(await execute(page, /^\/notes$/), /^200/)
  }),
)

test('/docs: a pasted token of stocks, and a call', options, async () => {
  await open('stocks', '/docs', async (page) => {
    await press(page.locator('.btn.authorize'))
    await tabTo(page.locator('.auth-container input'))
    await page.keyboard.type(local('stocks').token ?? '')
    await page.keyboard.press('Enter')
    await press(page.locator('.modal-ux .btn-done'))
    const block = page.locator('.opblock').filter({ hasText: '/symbols' })
    await press(block.locator('.opblock-summary-control'))
    await press(block.getByRole('button', { name: 'Try it out' }))
    await tabTo(block.locator('tr[data-param-name=query] input, input[placeholder=query]').first())
    await page.keyboard.type('apple')
    await press(block.getByRole('button', { name: 'Execute' }))
    const answer = block.locator('.live-responses-table .response-col_status').last()
    await answer.waitFor()
    assert.match(await textOf(answer), /^200/)
  })
})

test('in production there is no form, and a sign-in that no app may begin says what to do', options, async () => {
  const plugin = await startPlugin(new URL('../../../plugins/notes/', import.meta.url), { NODE_ENV: 'production' })
  const { page, errors } = await openPage(browser)
  await page.goto(plugin.url)
  await page.getByRole('heading', { name: 'Operations' }).waitFor()
  assert.equal(await page.locator('form, input, #sign-in').count(), 0)
  assert.match(plugin.output(), /notes is ready at http:\/\/localhost:\d+ \(open it in a browser\): /)
  await page.goto(`${plugin.url}/docs`)
  await press(page.getByRole('button', { name: 'Sign in' }))
  await page.getByText('start it with OAUTH_REGISTRATION=true').waitFor()
  assert.deepEqual(errors, [])
  await page.context().close()
  await plugin.end()
})

test('without JavaScript the page still says everything', options, async () => {
  const { page, errors } = await openPage(browser, { javaScriptEnabled: false })
  await page.goto(local('todo').url)
  await page.getByText('claude mcp add --transport http todo').waitFor({ state: 'attached' })
  await page.locator('noscript p', { hasText: 'needs JavaScript' }).waitFor()
  assert.deepEqual(errors, [])
  await page.context().close()
})

test('texts of a plugin stay text, on the page and in the reference', options, async () => {
  const log = createLog('silent', false)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const app = await createApp(hostilePlugin(), { publicUrl: url, log, development: true })
  const server = await listen(app.callback(), { host: '127.0.0.1', port, lifecycle: { stopping: false } })
  for (const path of ['/', '/docs']) {
    const { page, errors, hosts } = await openPage(browser, { viewport: { width: 360, height: 850 } })
    await page.goto(url + path)
    await page.locator('#actaa, .opblock').first().waitFor({ state: 'attached' })
    for (const one of (await page.locator('.opblock-summary-control').all()).slice(0, 2)) await one.click()
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true')
    await page.getByText('onerror=alert').first().waitFor({ state: 'attached' })
    assert.equal(await page.locator('main img[src="x"], main b').count(), 0)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, path)
    assert.deepEqual([errors, [...hosts]], [[], [`localhost:${port}`]])
    await page.context().close()
  }
  await server.stop()
})

test('axe finds nothing serious on the page, light and dark, on a phone and on a desktop', options, async () => {
  for (const [name, id, given] of [
    ['todo', 'getTodos', { username: 'ada' }],
    ['stocks', 'getQuotes', { symbols: 'IBM' }],
    ['news', 'getHeadlines', {}],
    ['notes', 'listTags', {}],
  ] as const)
    await open(name, '/', async (page) => {
      await call(page, id, given)
      await page.evaluate(
        'for (const one of document.querySelectorAll("details")) { one.removeAttribute("name"); one.open = true }',
      )
      await checkView(page, name)
    })
})

test('axe finds nothing serious in the reference, light and dark, on a phone and on a desktop', options, async () => {
  for (const name of ['todo', 'notes'])
    await open(name, '/docs', async (page) => {
      await page.locator('.opblock').first().waitFor()
      for (const one of await page.locator('.opblock-summary-control').all()) await one.click()
      for (const one of await page.locator('.try-out__btn').all()) await one.click()
      await checkView(page, `${name}-docs`)
    })
})
