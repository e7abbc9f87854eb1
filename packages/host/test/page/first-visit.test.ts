import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { checkView, closeBrowser, noBrowser, openBrowser, openPage, tabTo } from '../../../testing/test/chromium.ts'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import type { Starter } from '../../src/wire.ts'
import { WorkspaceWatch } from '../../src/workspace/workspace-watch.ts'
import { type ServedHost, serveHost } from '../fixture.ts'
import { type LocalPlugins, startLocalPlugins } from '../local-plugins/local-plugins.ts'
import { workspaceFolder } from '../local-plugins/workspace-folder.ts'
import { ollama, serveLocal } from '../models/local-doubles.ts'
import { type ServedModel, serveModel } from '../models/openai-double.ts'

const timeout = 120_000
const names = ['todo', 'stocks', 'news', 'notes']
let locals: LocalPlugins
let folder: string
let served: ServedHost
let watch: WorkspaceWatch
let model: ServedModel
let browser: Browser
let page: Page
let errors: string[]
/** Paths that the page has sent to, with what changes something there. */
const sent: string[] = []
before(async () => {
  if (noBrowser) return
  locals = await startLocalPlugins()
  folder = workspaceFolder(Object.fromEntries(names.map((name) => [name, locals.of(name)])))
  // An answer that differs from the recorded one.
  const recording = join(folder, 'stocks', 'conversation.md')
  writeFileSync(recording, readFileSync(recording, 'utf8').replace('Answer 200', 'Answer 201'))
  // Asked to call a tool, it calls the first one.
  model = await serveModel(({ body }) => {
    const isAsked = body.messages.length <= 2 && body.tools?.length === 1
    const [tool] = body.tools ?? []
    return isAsked && tool ? { calls: [{ name: tool.function.name, arguments: {} }] } : { text: 'I am the double.' }
  })
  ;[served, browser] = await Promise.all([
    buildPage().then((built) => serveHost({ pluginFolder: folder }, servePage(built))),
    openBrowser(),
  ])
  watch = new WorkspaceWatch(served.host, 'only', served.host.options.log, 50)
  ;({ page, errors } = await openPage(browser))
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(new URL(request.url()).pathname)
  })
})
after(async () => {
  if (noBrowser) return
  await watch.stop()
  await closeBrowser()
  await served.close()
  model.close()
  await locals.end()
})

const press = async (name: RegExp | string, scope: Pick<Page, 'getByRole'> = page): Promise<void> => {
  await tabTo(scope.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).last())
  await page.keyboard.press('Enter')
}
const offer = (title: string): Locator =>
  page.locator('.offer').filter({ has: page.getByRole('heading', { name: title }) })
const field = (): Locator => page.getByRole('combobox', { name: 'What do you want to do?' })
const options = (): Locator => page.getByRole('option')
const form = (): Locator => page.getByRole('dialog')
const allow = () => press('Allow')
async function openHome(): Promise<void> {
  await page.goto(served.url)
  await offer('Todo list').getByRole('button').first().waitFor()
}
async function close(dialog: Locator): Promise<void> {
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
}

test('a host without plugins says what to do first', { skip: noBrowser, timeout }, async () => {
  const empty = await serveHost({}, servePage(await buildPage()))
  try {
    await page.goto(empty.url)
    await page.getByRole('link', { name: 'Register a plugin' }).waitFor()
    await page.getByText('Your conversations appear here').waitFor()
    await checkView(page, 'first')
  } finally {
    await empty.close()
  }
})

test('the plugins appear by themselves, each with what it can do or with the one step that is missing', {
  skip: noBrowser,
  timeout,
}, async () => {
  await page.goto(served.url)
  await page.getByRole('status').filter({ hasText: 'Registering' }).waitFor()
  watch.start()
  // The page looks again every two seconds.
  await offer('Todo list')
    .getByRole('button', { name: /^Add "buy milk".*Opens addTodo/ })
    .waitFor()
  await offer('Stocks').getByRole('button', { name: 'Play an example of Stocks' }).waitFor()
  await offer('Notes').getByRole('button', { name: 'Sign in to Notes' }).waitFor()
  const useToken = offer('News').getByRole('button', { name: 'Use the development token of News' })
  await useToken.waitFor()
  await checkView(page, 'welcome')
  await page.goto(`${served.url}/plugins`)
  await page.getByRole('button', { name: 'Sign in to Notes' }).waitFor()
  await checkView(page, 'plugins-waiting')
  await page.goto(served.url)
  await tabTo(useToken)
  await page.keyboard.press('Enter')
  await offer('News').getByRole('button', { name: 'Play an example of News' }).waitFor()
})

test('a starter opens the form that fits, marks what it filled in, and sends nothing by itself', {
  skip: noBrowser,
  timeout,
}, async () => {
  await openHome()
  sent.length = 0
  await press(/^Add "buy milk"/)
  const todo = form().getByLabel('todo')
  assert.equal(await todo.inputValue(), 'buy milk')
  await form().locator('.origin').filter({ hasText: '“buy milk”' }).waitFor()
  // The first field that is missing has the focus.
  await form().locator('input:focus').waitFor()
  await checkView(page, 'prefilled')
  await page.keyboard.type('grace')
  await tabTo(todo)
  await page.keyboard.type('!')
  await form().locator('.origin').waitFor({ state: 'detached' })
  assert.deepEqual(sent, [])
  await press('Call (asks first)', form())
  await allow()
  await page.locator('.call.good', { hasText: 'grace' }).waitFor()

  await press('Edit and call again')
  assert.equal(await form().getByLabel('username').inputValue(), 'grace')
  await form().locator('.origin').filter({ hasText: 'From the earlier call' }).first().waitFor()
  await close(form())
})

test('a starter that may mean several operations names none, and a press lists those that it may mean', {
  skip: noBrowser,
  timeout,
}, async () => {
  await page.route('**/api/starters', async (route) => {
    const answer = await route.fetch()
    const starters = (await answer.json()) as Starter[]
    await route.fulfill({
      json: starters.map(({ found, ...one }) => (/milk\.$/.test(one.text) ? one : { ...one, found })),
    })
  })
  try {
    await openHome()
    sent.length = 0
    await press('I bought the milk.')
    await options().first().waitFor()
    assert.equal(await field().inputValue(), 'I bought the milk.')
    assert.equal(await form().count(), 0)
    assert.deepEqual(sent, [])
  } finally {
    await page.unroute('**/api/starters')
  }
})

test('without a model, what one types finds operations, and Enter opens the form of one', {
  skip: noBrowser,
  timeout,
}, async () => {
  await openHome()
  sent.length = 0
  await tabTo(field())
  await page.keyboard.type('Add "feed the cat" to my todo list')
  await options().first().filter({ hasText: 'addTodo' }).filter({ hasText: 'todo: feed the cat' }).waitFor()
  await checkView(page, 'found')
  const marked = () => page.locator('[role=option][aria-selected=true]')
  const second = (await options().nth(1).textContent()) ?? ''
  await page.keyboard.press('ArrowDown')
  await marked().filter({ hasText: second }).waitFor()
  assert.equal(await field().getAttribute('aria-activedescendant'), await marked().getAttribute('id'))
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await form()
    .getByRole('heading', { name: /Add a todo/ })
    .waitFor()
  assert.equal(await form().getByLabel('todo').inputValue(), 'feed the cat')
  await close(form())

  // Enter before anything is found opens the best, too.
  await field().fill('')
  await field().fill('What is on my todo list?')
  await field().press('Enter')
  await form().getByText('getTodos').first().waitFor()
  await close(form())
  await field().fill('')
  await field().fill('¿?')
  await page.getByText('No operation fits').waitFor()
  await field().press('Escape')
  assert.equal(await field().inputValue(), '')
  assert.deepEqual(sent, [])
})

test('a form of a plugin that waits for a sign-in offers the sign-in', { skip: noBrowser, timeout }, async () => {
  await openHome()
  await field().fill('search my notes for bread')
  await options().filter({ hasText: 'searchNotes' }).click()
  await form().getByText('Notes is not active yet').waitFor()
  await form().getByRole('button', { name: 'Sign in to Notes' }).waitFor()
  await checkView(page, 'not-active')
  await close(form())
})

test('an example is played with real calls, marked as recorded, and goes on after a call that was denied', {
  skip: noBrowser,
  timeout,
}, async () => {
  await openHome()
  await press('Play an example of Todo list')
  const banner = page.getByRole('region', { name: 'Recorded example' })
  await banner.getByText('A call waits for your confirmation').waitFor()
  await page.locator('.message.user').getByText('Recorded', { exact: true }).first().waitFor()
  await allow()
  const good = page.locator('.call.good').filter({ hasText: 'From a recording' })
  await good.getByText('Same status and shape as recorded').first().waitFor()
  await checkView(page, 'example-waiting')
  await press('Deny')
  await banner.getByText(/^Stopped after/).waitFor()
  await checkView(page, 'example-stopped')
  await press('Continue')
  await allow()
  await banner.getByText('Played to its end').waitFor()
  await page.getByText('Only "call the dentist" is left').waitFor()
})

test('an answer that differs from the recorded one is shown', { skip: noBrowser, timeout }, async () => {
  await openHome()
  await press('Play an example of Stocks')
  const banner = page.getByRole('region', { name: 'Recorded example' })
  await banner.getByText('Played to its end. One answer differs.').waitFor()
  await page.getByText('This answer differs from the recorded one').waitFor()
  await page.getByText('Recorded response, status 201').waitFor()
  await checkView(page, 'example-different')
})

test('a conversation that was saved as a file is played', { skip: noBrowser, timeout }, async () => {
  await openHome()
  const choose = async (file: string) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press('Play a saved conversation')])
    await chooser.setFiles(join(folder, file))
  }
  await choose('todo/generated/ai-plugin.json')
  await page.getByRole('alert').waitFor()
  await choose('stocks/conversation.md')
  const banner = page.getByRole('region', { name: 'Recorded example' })
  await banner.getByText('A saved conversation').waitFor()
  await banner.getByText('Played to its end').waitFor()
  // The page has shown why the first file was refused.
  errors.splice(0, errors.length, ...errors.filter((one) => !one.includes('422')))
})

test('a model is connected in one step, with the reason where that fails, and then answers', {
  skip: noBrowser,
  timeout,
}, async () => {
  await openHome()
  await press('Connect a model')
  await tabTo(form().getByLabel('Address'))
  await page.keyboard.type('127.0.0.1:9')
  await page.keyboard.press('Enter')
  await form().getByRole('alert').waitFor()
  await checkView(page, 'model-problem')
  await form().getByLabel('Address').fill(model.baseUrl)
  await form().getByLabel('Address').press('Enter')
  await form().getByRole('button', { name: 'Use double-1' }).waitFor()
  await checkView(page, 'model-found')
  await press('Use double-1', form())
  await form().waitFor({ state: 'detached' })

  await press(/^Add "buy milk"/)
  await page.getByText('I am the double.').waitFor()
  await page.locator('.message.user').getByText('Add "buy milk"').waitFor()
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  await checkView(page, 'with-model')

  const original = page.url()
  await press('Edit message')
  const message = page.getByRole('textbox', { name: 'Message' })
  await page.waitForURL((url) => url.href !== original)
  await page.locator('textarea:focus').filter({ hasText: 'Add "buy milk" to my todo list.' }).waitFor()
  await message.fill('Add "feed the cat"')
  await page.keyboard.press('Enter')
  await page.getByText('I am the double.').waitFor()
  await page.goto(original)
  await page.locator('.message.user').getByText('Add "buy milk"').waitFor()
})

test('models of a program on this machine are offered by name, each with one button', {
  skip: noBrowser,
  timeout,
}, async () => {
  const program = await serveLocal(ollama)
  const host = await serveHost({ environment: { OLLAMA_HOST: program.origin } }, servePage(await buildPage()))
  try {
    await page.goto(`${host.url}/settings`)
    const found = page.getByRole('region', { name: 'Ollama on this machine' })
    await found.getByText('8.2B').waitFor()
    await found.getByText('Cannot call tools').waitFor()
    await checkView(page, 'models')
    await press('Use gemma3:4b', found)
    await page.getByText('Using gemma3:4b').waitFor()
    await found.getByRole('button', { name: 'Use qwen3:8b' }).waitFor()
  } finally {
    await host.close()
    program.close()
  }
})

test('the browser reports no errors', { skip: noBrowser }, () => {
  // The library that shows views tries to make code of text, and works without it.
  assert.deepEqual(
    errors.filter((one) => !/TrustedScript/.test(one)),
    [],
  )
})
