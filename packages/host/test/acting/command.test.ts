import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { main } from '../../src/command/main.ts'
import { hostKey } from '../fixture.ts'
import { obedient, type ServedModel, serveModel } from '../models/openai-double.ts'
import { type ServedShop, serveShop } from './acting-host.ts'

const database = temporaryDatabase()
let shop: ServedShop
let model: ServedModel
before(async () => {
  ;[shop, model] = await Promise.all([serveShop(), serveModel(obedient)])
  assert.equal((await host(['register', shop.address])).code, 0)
  assert.equal((await host(['activate', 'bakery', '--token', 'token-of-ada'])).code, 0)
})
after(async () => {
  model.close()
  await shop.close()
})

interface Typed {
  /** What is typed at each question, or a function that types it. */
  answers?: (string | (() => Promise<string>))[]
  /** What ends a question. */
  prompt?: RegExp
}

/** Runs a command at a terminal. Without answers its input is not a terminal. */
async function host(words: string[], { answers, prompt = /\[y\/N\] $/ }: Typed = {}) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()]
  Object.assign(stdin, { isTTY: answers !== undefined })
  if (!answers) stdin.end()
  let output = ''
  const left = [...(answers ?? [])]
  stdout.on('data', async (chunk) => {
    output += chunk
    if (!prompt.test(output) || left.length === 0) return
    const next = left.shift() as string | (() => Promise<string>)
    stdin.write(`${typeof next === 'string' ? next : await next()}\n`)
  })
  const env = {
    ...process.env,
    DATABASE_URL: database,
    ...hostKey(database),
    OLLAMA_HOST: '127.0.0.1:1',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_MODEL: 'double-1',
  }
  const code = await main(words, { stdin, stdout, stderr: stdout, env })
  return { code, output }
}
const buy = ['call', 'bakery.buyAfterQuestion', '{"item":"bread"}']
const count = async () => (await shop.purchases()).length

test('a call asks with the words and figures of the plugin, and is made after yes', async () => {
  const declined = await host(buy, { answers: ['n'] })
  assert.match(declined.output, /^Bakery asks: Buy bread for 3.50 EUR\?\n {2}In stock: 100\nAllow\? \[y\/N\] /)
  assert.deepEqual([declined.code, await count()], [1, 0])
  const confirmed = await host(buy, { answers: ['y'] })
  assert.deepEqual([confirmed.code, await count()], [0, 1], confirmed.output)
  const unasked = await host(buy)
  assert.deepEqual([unasked.code, await count()], [2, 1])
  assert.match(unasked.output, /Buy bread for 3.50 EUR\?.*add --yes to confirm/s)
  const allowed = await host([...buy, '--yes'])
  assert.match(allowed.output, /Buy bread for 3.50 EUR\?/)
  assert.deepEqual([allowed.code, await count()], [0, 2])
})

test('a price that changes while the user thinks is asked again', async () => {
  const before = await count()
  const change = async () => {
    await shop.setPrice(420)
    return 'y'
  }
  const { code, output } = await host(buy, { answers: [change, 'y'] })
  await shop.setPrice(350)
  assert.match(output, /3.50 EUR\?.*This has changed since you confirmed .*4.20 EUR\?/s)
  assert.deepEqual([code, await count()], [0, before + 1])
})

test('a conversation asks the same', async () => {
  const before = await count()
  const order = 'CALL bakery__buyAfterQuestion {"item":"bread"}'
  const { output } = await host(['chat', '--plugin', 'bakery'], {
    answers: [order, 'y', ''],
    prompt: /(> |\[y\/N\] )$/,
  })
  assert.match(output, /Bakery asks: Buy bread for 3.50 EUR\?\n {2}In stock: 100\nThis call changes something/)
  assert.match(output, /\[bakery.buyAfterQuestion 200\]/)
  assert.equal(await count(), before + 1)
})
