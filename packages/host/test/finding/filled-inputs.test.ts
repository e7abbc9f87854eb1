import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DocumentOperation, Schema } from '@reference-plugins/reader'
import { fillInputs } from '../../src/finding/filled-inputs.ts'

const operation = (properties: Record<string, Schema>, required: string[] = []): DocumentOperation => ({
  name: 'do',
  title: 'Do',
  description: 'Do it',
  input: { type: 'object', properties, required, additionalProperties: false },
  isConsequential: undefined,
  isReading: true,
  target: { kind: 'http', method: 'GET', path: '/do', query: [], fields: [] },
})
const values = (one: DocumentOperation, text: string) =>
  Object.fromEntries(fillInputs(one, text).filled.map(({ name, value }) => [name, value]))

const text = { type: 'string', minLength: 1, maxLength: 100 }
const symbol = { type: 'string', pattern: '^\\$?[A-Za-z0-9^][A-Za-z0-9.=^&-]*$', maxLength: 20 }
const color = { type: 'string', enum: ['red', 'dark blue', 'sea-green', 'all'] }

const addTodo = operation({ username: text, todo: text }, ['username', 'todo'])
const addCard = operation({ title: text, body: text }, ['title', 'body'])
const search = operation({ query: text, limit: { type: 'integer', default: 10 } }, ['query'])
const quotes = operation({ symbols: { type: 'array', items: symbol, minItems: 1 } }, ['symbols'])
const history = operation(
  {
    symbol,
    range: { type: 'string', enum: ['1mo', '1y', 'max'] },
    interval: { type: 'string', enum: ['1d', '1mo'] },
  },
  ['symbol'],
)
const remove = operation({ position: { type: 'integer', minimum: 0 } }, ['position'])

test('each value says which part of the text it is and why, and what is missing is listed', () => {
  assert.deepEqual(fillInputs(history, 'How did IBM do, 1d by 1d?'), {
    filled: [
      { name: 'interval', value: '1d', quote: '1d', because: 'it is one of its choices' },
      { name: 'symbol', value: 'IBM', quote: 'IBM', because: 'it fits its pattern' },
    ],
    missing: [],
  })
  assert.deepEqual(fillInputs(addTodo, 'What is on my list?'), { filled: [], missing: ['username', 'todo'] })
})

test('a text in quotes is the only required text, and nothing if there are two', () => {
  for (const said of ['"the boiler"', '“the boiler”', "'the boiler'", '«the boiler»', '「the boiler」'])
    assert.deepEqual(values(search, `Is there anything about ${said}?`), { query: 'the boiler' }, said)
  assert.deepEqual(values(addCard, 'Add "buy milk"'), {})
  assert.deepEqual(values(addCard, 'Add "buy milk" title=Shopping'), { title: 'Shopping', body: 'buy milk' })
  for (const name of ['id', 'userId', 'user_name', 'note-id', 'API_KEY', 'password'])
    assert.deepEqual(values(operation({ [name]: text }, [name]), 'Get "buy milk"'), {}, name)
  assert.deepEqual(values(addTodo, 'Add "buy milk" username=ada'), { username: 'ada', todo: 'buy milk' })
  assert.deepEqual(values(search, '"one" or "two"'), {})
  assert.deepEqual(values(search, "Isn't it John's?"), {})
  assert.deepEqual(values(search, 'about the boiler'), {})
  assert.deepEqual(values(search, `"${'long '.repeat(30)}"`), {}, 'longer than the input takes')
  assert.deepEqual(values(operation({ query: text }), '"x y"'), {}, 'an input that is not required')
  assert.deepEqual(values(addTodo, 'Add "buy milk"'), { todo: 'buy milk' }, 'nobody quotes a user name')
})

test('a choice must stand there literally, alone and as a word', () => {
  const paint = operation({ color })
  assert.deepEqual(values(paint, 'Paint it dark blue.'), { color: 'dark blue' })
  assert.deepEqual(values(paint, 'Paint it RED'), { color: 'red' })
  assert.deepEqual(values(paint, 'Paint it sea-green!'), { color: 'sea-green' })
  for (const said of ['red and dark blue', 'redo', 'all of it', 'blue', 'infra-red', 'sacred'])
    assert.deepEqual(values(paint, said), {}, said)
  assert.deepEqual(values(operation({ one: color, other: color }), 'red'), {}, 'two inputs could mean it')
  assert.deepEqual(values(operation({ colors: { type: 'array', items: color } }), 'red, then dark blue'), {
    colors: ['red', 'dark blue'],
  })
  assert.deepEqual(values(operation({ color: { anyOf: [color, { type: 'null' }] } }), 'red'), { color: 'red' })
})

test('a symbol fits its pattern and is no word of a sentence', () => {
  assert.deepEqual(values(quotes, "What is the price of IBM and AAPL, MSFT or BRK.B? I'd like to know."), {
    symbols: ['IBM', 'AAPL', 'MSFT', 'BRK.B'],
  })
  assert.deepEqual(values(quotes, 'IBM'), { symbols: ['IBM'] })
  assert.deepEqual(values(quotes, "IBM's price"), { symbols: ['IBM'] })
  for (const said of [
    'Who is the CEO of IBM?',
    'WHAT DOES IBM COST',
    'What does apple cost?',
    'I am A',
    'IBM, he said to AAPL',
  ])
    assert.deepEqual(values(quotes, said), {}, said)
  for (const partial of [
    'What is the price of Apple and of IBM?',
    'Apple and IBM',
    'IBM and Apple',
    'Apple, IBM',
    'IBM, Apple and Amazon',
    '苹果和IBM',
  ])
    assert.deepEqual(
      [values(quotes, partial), values(history, partial)],
      [{}, {}],
      `only a part is a symbol: ${partial}`,
    )
  assert.deepEqual(values(quotes, 'And what about IBM, please?'), { symbols: ['IBM'] })
  assert.deepEqual(values(history, 'IBM or AAPL'), {}, 'one input, two symbols')
  assert.deepEqual(values(history, 'AAPL 1y'), { symbol: 'AAPL', range: '1y' })
  assert.deepEqual(values(history, 'AAPL 1mo'), { symbol: 'AAPL' }, '1mo is a choice of two inputs')
  const ticket = operation({ ticket: { type: 'string', pattern: '^[A-Z]+-\\d+$' } }, ['ticket'])
  assert.deepEqual(values(ticket, 'close ABC-12 please, says NASA'), {}, 'two symbols')
  assert.deepEqual(values(ticket, 'close ABC-12.'), { ticket: 'ABC-12' })
  assert.deepEqual(values(ticket, 'close NASA'), {}, 'another form')
})

test('the only number goes to the only number that is required', () => {
  assert.deepEqual(values(remove, 'Delete number 3.'), { position: 3 })
  assert.deepEqual(values(remove, 'Delete number -3.'), {}, 'outside of the limits')
  for (const said of ['Delete 3 or 4', 'Delete the third', 'at 10:30', 'on 2024-01-02', 'version 1.2.3', 'a4', '"7"'])
    assert.deepEqual(values(remove, said), {}, said)
  assert.deepEqual(values(search, 'show 5'), {}, 'a limit is not asked for')
  const exact = fillInputs(operation({ id: { type: 'integer' } }, ['id']), 'get 9007199254740993').filled[0]?.value
  assert.equal(JSON.stringify(exact), '9007199254740993')
})

test('dates, times, URLs, e-mail addresses and UUIDs are recognised by their form', () => {
  const format = (name: string) => operation({ it: { type: 'string', format: name } }, ['it'])
  const uuid = '123e4567-e89b-12d3-a456-426614174000'
  assert.deepEqual(values(format('date'), 'since 2024-05-01, please'), { it: '2024-05-01' })
  assert.deepEqual(values(format('date-time'), 'at 2024-05-01T10:00:00Z'), { it: '2024-05-01T10:00:00Z' })
  assert.deepEqual(values(format('uri'), 'Read https://a.example/b?c=1.'), { it: 'https://a.example/b?c=1' })
  assert.deepEqual(values(format('email'), 'Write to ada@example.com.'), { it: 'ada@example.com' })
  assert.deepEqual(values(format('uuid'), `Get ${uuid}`), { it: uuid })
  assert.deepEqual(values(format('uri'), 'https://a.example or https://b.example'), {})
  assert.deepEqual(values(operation({ url: text, topic: text }, ['url']), 'Follow "https://a.example/feed"'), {
    url: 'https://a.example/feed',
  })
})

test('an input can be named, in its type, and then is no value of another one', () => {
  assert.deepEqual(values(search, 'query: "a b", limit=5'), { query: 'a b', limit: 5 })
  assert.deepEqual(values(search, 'limit=five'), {})
  assert.deepEqual(values(search, 'https://a.example/?limit=5&query=x'), {})
  assert.deepEqual(values(search, 'my query: milk and bread'), {}, 'where would it end?')
  assert.deepEqual(values(quotes, 'symbols=IBM,AAPL'), { symbols: ['IBM', 'AAPL'] })
  assert.deepEqual(values(remove, 'position=2 of 5'), { position: 2 })
})

test('hostile texts and names are read in no time', () => {
  const start = performance.now()
  const odd = operation({ '((a+)+)$': text, 'x.*': symbol, y: { ...symbol, pattern: '^(a+)+$' } }, ['((a+)+)$', 'y'])
  for (const said of [
    '"'.repeat(5_000),
    'a'.repeat(5_000),
    `A1 ${'AAA '.repeat(2_000)}`,
    '=:'.repeat(3_000),
    '1.'.repeat(3_000),
  ])
    fillInputs(odd, said)
  assert.ok(performance.now() - start < 5_000)
})
