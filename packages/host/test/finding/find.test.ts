import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Conversation, FoundOperation, Starter } from '../../src/wire.ts'
import { activateLocal } from '../activate-local.ts'
import { type Browser, type ServedHost, serveHost } from '../fixture.ts'
import { type LocalPlugins, startLocalPlugins } from '../local-plugins/local-plugins.ts'
import { workspaceFolder } from '../local-plugins/workspace-folder.ts'

const names = ['todo', 'stocks', 'news', 'notes', 'flights']
const ids: Record<string, string> = {}
let locals: LocalPlugins
let served: ServedHost
let browser: Browser
before(async () => {
  locals = await startLocalPlugins()
  const folders = Object.fromEntries(names.map((name) => [name, locals.of(name)]))
  served = await serveHost({ pluginFolder: workspaceFolder(folders) })
  browser = served.browser()
  for (const name of names) ids[name] = (await activateLocal(browser, locals.of(name))).id
})
after(async () => {
  await served.close()
  await locals.end()
})

const find = (text: string, more = '') =>
  browser.get<FoundOperation[]>(`/api/operations?text=${encodeURIComponent(text)}${more}`)
const nameOf = (found: FoundOperation | undefined) => found && `${found.plugin.name}.${found.operation.name}`

const wanted: [text: string, operation: string][] = [
  ['What is on my todo list?', 'todo.getTodos'],
  ['Add "buy milk" to my todo list.', 'todo.addTodo'],
  ['delete a todo', 'todo.deleteTodo'],
  ['What is the price of IBM?', 'stocks.getQuotes'],
  ['IBM', 'stocks.getQuotes'],
  ['closing prices of AAPL over the last year', 'stocks.getHistory'],
  ['What is the ticker symbol of Amazon?', 'stocks.searchSymbols'],
  ['Show me the headlines', 'news.getHeadlines'],
  ['follow https://example.com/feed.xml', 'news.addFeed'],
  ['search articles about the reading room', 'news.searchArticles'],
  ['Note that the dentist is on Friday at nine.', 'notes.addNote'],
  ['Which tags do my notes have?', 'notes.listTags'],
  ['What do my notes say about the bread recipe?', 'notes.searchNotes'],
  ['Find a flight from Zurich to Oslo', 'flights.searchFlights'],
  ['Which flights have I booked?', 'flights.listOrders'],
]
for (const [text, operation] of wanted)
  test(`"${text}" finds ${operation}`, async () => {
    const found = await find(text)
    assert.equal(nameOf(found[0]), operation, found.map(nameOf).join(', '))
    assert.ok(found.length <= 8)
  })

test('what the text states is filled in, and nothing else', async () => {
  const [quotes] = await find('What is the price of IBM and AAPL?')
  assert.deepEqual(quotes?.filled, [
    { name: 'symbols', value: ['IBM', 'AAPL'], quote: 'IBM, AAPL', because: 'they fit its pattern' },
  ])
  assert.deepEqual(quotes?.missing, [])
  const [todo] = await find('Add "buy milk" to my todo list.')
  assert.deepEqual(todo?.filled, [
    { name: 'todo', value: 'buy milk', quote: 'buy milk', because: 'it is the text in quotes' },
  ])
  assert.deepEqual(todo?.missing, ['username'])
  const [tags] = await find('Which tags do my notes have?')
  assert.deepEqual([tags?.filled, tags?.missing], [[], []])
})

test('only the plugins that are enabled in the conversation are searched, if there is one', async () => {
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', { plugins: [ids.todo] })
  const found = await find('What is the price of my todo?', `&conversation=${id}`)
  assert.ok(found.length > 0)
  assert.deepEqual([...new Set(found.map(({ plugin }) => plugin.name))], ['todo'])
  await assert.rejects(find('x', '&conversation=other'), { status: 404 })
})

test('a plugin that is not active is found too, and says so', async () => {
  await browser.send('DELETE', `/api/plugins/${ids.notes}/activation`)
  const found = await find('Which tags do my notes have?')
  assert.deepEqual([nameOf(found[0]), found[0]?.plugin.activation], ['notes.listTags', 'none'])
  assert.match(found[0]?.plugin.logo ?? '', /^\/api\/plugins\//)
  const starters = await browser.get<Starter[]>('/api/starters')
  assert.equal(starters.at(-1)?.plugin.name, 'notes', 'the active ones come first')
})

test('the starters of the plugins open the operation that is meant', async () => {
  const starters = await browser.get<Starter[]>('/api/starters')
  const shown = starters.map(({ text, source, found }) => [text, source, nameOf(found)])
  for (const one of [
    ['What is on my todo list?', 'plugin', 'todo.getTodos'],
    ['Add "buy milk" to my todo list.', 'plugin', 'todo.addTodo'],
    // A recorded conversation says it, not the search.
    ['I bought the milk.', 'plugin', 'todo.deleteTodo'],
    ['What is new in my feeds?', 'plugin', 'news.getHeadlines'],
    ['Find articles about "Saturn" in my feeds.', 'plugin', 'news.searchArticles'],
    ['Which feeds do I follow?', 'plugin', 'news.listFeeds'],
    ['Which tags do my notes have?', 'plugin', 'notes.listTags'],
    ['What is the price of Apple and of IBM?', 'plugin', 'stocks.getQuotes'],
    ['How has the price of Microsoft changed over the last year?', 'plugin', 'stocks.getHistory'],
    ['What do my notes say about the bread recipe?', 'plugin', 'notes.searchNotes'],
    ['Which flights have I booked?', 'plugin', 'flights.listOrders'],
  ])
    assert.deepEqual(
      shown.find(([text]) => text === one[0]),
      one,
      JSON.stringify(shown, null, 1),
    )
  assert.equal(starters.length, 15)
})

test('a starter whose operation is not clear names none; where no starters are known, operations are the starters', async () => {
  const folder = workspaceFolder({ todo: locals.of('todo'), stocks: locals.of('stocks') })
  rmSync(join(folder, 'todo', 'conversation.md'))
  rmSync(join(folder, 'stocks', 'generated', 'agent-plugin'), { recursive: true })
  const other = await serveHost({ pluginFolder: folder })
  const user = other.browser()
  for (const name of ['todo', 'stocks']) await activateLocal(user, locals.of(name))
  const starters = await user.get<Starter[]>('/api/starters')
  assert.deepEqual(Object.fromEntries(starters.map(({ text, source, found }) => [text, [source, nameOf(found)]])), {
    'What is on my todo list?': ['plugin', 'todo.getTodos'],
    'Add "buy milk" to my todo list.': ['plugin', 'todo.addTodo'],
    'I bought the milk.': ['plugin', undefined],
    'Get the prices of up to 20 symbols': ['operation', 'stocks.getQuotes'],
    'Find ticker symbols by company name or by part of the symbol': ['operation', 'stocks.searchSymbols'],
    'Get the closing prices of one symbol over a time range, oldest first': ['operation', 'stocks.getHistory'],
  })
  await other.close()
})

test('nothing is found for a text that fits nothing, and a text must be there and not be too long', async () => {
  assert.deepEqual(await find('zzzzqqq'), [])
  await assert.rejects(find(' '), { status: 400 })
  await assert.rejects(browser.get('/api/operations'), { status: 400 })
  await assert.rejects(browser.get('/api/operations?text=a&text=b'), { status: 400 })
  await assert.rejects(find('a'.repeat(2_001)), { status: 400 })
})

test('another user finds nothing of it, and nobody who is not signed in', async () => {
  const shared = await serveHost({ mode: 'accounts' })
  await assert.rejects(shared.browser().get('/api/operations?text=todo'), { status: 401 })
  await assert.rejects(shared.browser().get('/api/starters'), { status: 401 })
  const ada = await shared.userBrowser('ada')
  const ben = await shared.userBrowser('ben')
  await activateLocal(ada, locals.of('todo'))
  assert.ok((await ada.get<FoundOperation[]>('/api/operations?text=todo')).length > 0)
  assert.deepEqual(await ben.get('/api/operations?text=todo'), [])
  assert.deepEqual(await ben.get('/api/starters'), [])
  await shared.close()
})
