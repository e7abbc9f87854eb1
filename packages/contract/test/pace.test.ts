import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, TookTooLong } from '../src/calls/exchange.ts'
import { Pace, SlowBeside } from '../src/calls/pace.ts'
import { checkPlugin } from '../src/run.ts'
import { operation, parameter, serveSmall, takes } from './small-server.ts'

const answer = (status = 200, headers = {}): Answer => ({ status, headers, text: '', json: undefined })
const slowly = async (): Promise<Answer> => {
  await sleep(200)
  return answer()
}

async function slowPace(): Promise<Pace> {
  const pace = new Pace()
  for (let count = 0; count < 5; count++) await pace.send(slowly)
  return pace
}

/** How many of the calls were under way at once at most. */
async function mostAtOnce(pace: Pace, send: () => Promise<Answer>): Promise<number> {
  let [now, most] = [0, 0]
  const job = async () => {
    await pace.send(async () => {
      most = Math.max(most, ++now)
      return send().finally(() => now--)
    })
  }
  await pace.each(
    Array.from({ length: 10 }, () => job),
    () => false,
  )
  return most
}

test('only a server that answers late gets several calls at once', async () => {
  const fast = new Pace()
  for (let count = 0; count < 5; count++) await fast.send(async () => answer())
  assert.equal(await mostAtOnce(fast, async () => answer()), 1)
  assert.equal(await mostAtOnce(await slowPace(), slowly), 8)
})

test('a server that limits its callers gets one call after the other', async () => {
  for (const one of [answer(429), answer(200, { 'x-ratelimit-remaining': '5' })]) {
    const pace = await slowPace()
    await pace.send(async () => one)
    assert.equal(await mostAtOnce(pace, slowly), 1)
  }
})

test('what fails beside other calls is sent again alone before it is blamed', async () => {
  const pace = await slowPace()
  let now = 0
  const locked = async (): Promise<Answer> => {
    const status = ++now > 1 ? 500 : 200
    await sleep(20)
    now--
    return answer(status)
  }
  const statuses: number[] = []
  const job = async () => void statuses.push((await pace.send(locked)).status)
  await pace.each([job, job, job], () => false)
  assert.deepEqual(statuses, [200, 200, 200])
})

test('a call that hangs beside others is not blamed, and those after it are alone', async () => {
  const pace = await slowPace()
  const hang = async (): Promise<Answer> => {
    await sleep(50)
    throw new TookTooLong('no answer')
  }
  const errors: unknown[] = []
  const job = async () => void (await pace.send(hang).catch((error) => errors.push(error)))
  await pace.each([job, job], () => false)
  assert.deepEqual(
    errors.map((error) => error instanceof SlowBeside),
    [true, true],
  )
  assert.equal(pace.lanes, 1)
})

test('every operation gets invalid input before any gets hostile texts', async (t) => {
  const sent: string[] = []
  const body = { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 1 } } }
  const server = await serveSmall({
    paths: {
      '/cats': { post: operation('addCat', takes(body)) },
      '/dogs/{id}': {
        put: operation('setDog', { parameters: [parameter('id', 'path', { type: 'integer' })], ...takes(body) }),
      },
    },
    answer: ({ parts: [kind], text, body: given }) => {
      if (text.includes('DROP') || text.includes('etc/passwd')) sent.push(`${kind} hostile`)
      if (typeof given?.name === 'string' && given.name !== '') return [200]
      sent.push(`${kind} invalid`)
      return [400]
    },
  })
  t.after(() => server.close())
  await checkPlugin({ baseUrl: server.url })
  const first = sent.findIndex((one) => one.endsWith('hostile'))
  assert.ok(first > 0)
  for (const kind of ['cats', 'dogs']) assert.ok(sent.slice(0, first).includes(`${kind} invalid`), kind)
})
