/**
 * Writes plugins/NAME/conversation.md: has the conversations below with the plugins through the host, with a scripted
 * model. Run it with: node test/make-conversations.ts
 */
import { writeFileSync } from 'node:fs'
import type { Conversation, TurnEvent } from '../src/wire.ts'
import { activateLocal } from './activate-local.ts'
import { serveHost } from './fixture.ts'
import { startLocalPlugins } from './local-plugins/local-plugins.ts'
import { type ScriptedTurn, serveModel } from './models/openai-double.ts'

/** The user allows each call that asks, except those that an answer with `isDeclined` makes. */
type Turns = [said: string, ...answers: (ScriptedTurn & { isDeclined?: true })[]][]

const conversations: Record<string, Turns> = {
  todo: [
    [
      'Put "buy milk" and "call the dentist" on the list of ada.',
      {
        calls: [
          { name: 'todo__addTodo', arguments: { username: 'ada', todo: 'buy milk' } },
          { name: 'todo__addTodo', arguments: { username: 'ada', todo: 'call the dentist' } },
        ],
      },
      { text: 'Both are on the list.' },
    ],
    [
      'I bought the milk. What is left?',
      { calls: [{ name: 'todo__deleteTodo', arguments: { username: 'ada', todo_idx: 0, todo: 'buy milk' } }] },
      { calls: [{ name: 'todo__getTodos', arguments: { username: 'ada' } }] },
      { text: 'Only "call the dentist" is left.' },
    ],
  ],
  stocks: [
    [
      'What is the ticker of Apple, and what was its price?',
      { calls: [{ name: 'stocks__searchSymbols', arguments: { query: 'apple' } }] },
      { calls: [{ name: 'stocks__getQuotes', arguments: { symbols: ['AAPL'] } }] },
      { text: 'The ticker is AAPL. The price is sample data from 2010, and not current.' },
    ],
    [
      'How did IBM do in the last year that you know?',
      { calls: [{ name: 'stocks__getHistory', arguments: { symbol: 'IBM', range: '1y', interval: '1mo' } }] },
      { text: 'The price of each month is above; they are sample data that ends in 2010.' },
    ],
  ],
  food: [
    [
      'A large margherita with olives and a tiramisu from Forno Luca in New York, to pick up. I am Ada, +1 212 555 0100.',
      { calls: [{ name: 'food__listStores', arguments: { area: 'New York' } }] },
      { calls: [{ name: 'food__getMenu', arguments: { store: 'forno-luca', diet: 'vegetarian' } }] },
      { calls: [{ name: 'food__createCheckout', arguments: dinner('tiramisu') }] },
      { calls: [{ name: 'food__getCheckout', arguments: { id: '$cs' } }] },
      { text: 'Somebody has just taken the last tiramisu. There are cannoli for 6.50 USD: do you want them instead?' },
    ],
    [
      'Yes, and I pay there.',
      { calls: [{ name: 'food__updateCheckout', arguments: { id: '$cs', items: dinner('cannoli').items } }] },
      {
        calls: [
          {
            name: 'food__completeCheckout',
            arguments: { id: '$cs', version: 2, total: 2940, payment: 'at_the_door' },
          },
        ],
      },
      { calls: [{ name: 'food__getOrder', arguments: { id: '$ord' } }] },
      { text: 'It is ordered for 29.40 USD. You can cancel it until the kitchen starts.' },
    ],
  ],
  news: [
    [
      'What is new in my feeds?',
      { calls: [{ name: 'news__getHeadlines', arguments: { limit: 3 } }] },
      { text: 'These are the three newest. They come from sample feeds, which are made up.' },
    ],
    [
      'Is there anything about the reading room?',
      { calls: [{ name: 'news__searchArticles', arguments: { query: 'reading room' } }] },
      { text: 'Yes: it is open on Sundays from this month on.' },
    ],
  ],
  notes: [
    [
      'Note that the boiler was serviced in March, and tag it house.',
      {
        calls: [
          { name: 'notes__addNote', arguments: { title: 'Boiler', text: 'Serviced in March.', tags: ['house'] } },
        ],
      },
      { text: 'Noted.' },
    ],
    [
      'When was the boiler serviced?',
      { calls: [{ name: 'notes__searchNotes', arguments: { query: 'boiler' } }] },
      { text: 'In March, as your note says.' },
    ],
  ],
}

function dinner(dessert: string) {
  const items = ['1 x margherita + large + olives', `1 x ${dessert}`]
  return { store: 'forno-luca', items, guest_name: 'Ada', guest_phone: '+1 212 555 0100', fulfillment: 'pickup' }
}

let script: ScriptedTurn[] = []
/** The turn with the newest id of that kind in place of `$ord`: `ord_…`, as the model has read it in an answer. */
const withIds = (turn: ScriptedTurn, read: string): ScriptedTurn =>
  JSON.parse(
    JSON.stringify(turn).replaceAll(
      /\$([a-z]+)/g,
      (whole, kind) => read.match(RegExp(`\\b${kind}_[\\w-]{9,}`, 'g'))?.at(-1) ?? whole,
    ),
  )
const model = await serveModel(({ raw }) => withIds(script.shift() ?? { text: '' }, raw))
const host = await serveHost({
  environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'script', OLLAMA_HOST: '127.0.0.1:1' },
})
const browser = host.browser()
const locals = await startLocalPlugins()
for (const [name, turns] of Object.entries(conversations)) {
  const local = locals.of(name)
  const plugin = await activateLocal(browser, local)
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', { plugins: [plugin.id] })
  for (const [said, ...answers] of turns) {
    script = [...answers]
    let events = await browser.events<TurnEvent>(`/api/conversations/${id}/messages`, { text: said })
    for (;;) {
      const { messages } = await browser.get<Conversation>(`/api/conversations/${id}`)
      const calls = messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])))
      for (const { state, operation, result, answered } of calls)
        if (state === 'refused' && !answered) throw new Error(`${operation}: ${result}`)
      const waiting = calls.find(({ state }) => state === 'waiting')
      if (!waiting) break
      events = await browser.events(`/api/conversations/${id}/calls/${waiting.id}/decision`, {
        decision: answers.at(-script.length - 1)?.isDeclined ? 'refuse' : 'allow',
        digest: waiting.ask?.digest,
      })
    }
    const end = events.at(-1)
    if (end?.type !== 'end' || end.state !== 'done') throw new Error(`${name}: ${JSON.stringify(end)}`)
  }
  const file = await (await browser.raw('GET', `/api/conversations/${id}/file`)).text()
  const own = (await import(`../../../plugins/${name}/generated/ai-plugin.json`, { with: { type: 'json' } })) as {
    default: { api: { url: string } }
  }
  const address = new URL(own.default.api.url).host
  const sampleUser = name === 'todo' ? '\n- sample user: ada' : ''
  writeFileSync(
    new URL(`../../../plugins/${name}/conversation.md`, import.meta.url),
    file.replaceAll(local.address, address).replace(`- ${name}: ${address}`, `$&${sampleUser}`),
  )
}
await host.close()
model.close()
await locals.end()
