import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { CoreContext } from '../src/exchange.ts'
import { Reply, type ReplyOptions } from '../src/mcp/reply.ts'

const answer = (id: number) => ({ jsonrpc: '2.0', id, result: {} }) as const
const event = (message: object) => `event: message\ndata: ${JSON.stringify(message)}\n\n`
const progress = {
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: 1, progress: 1 },
} as const

/** A reply, and what it writes, in order. */
function open(options: Partial<ReplyOptions>): { reply: Reply; res: EventEmitter; written: unknown[] } {
  const written: unknown[] = []
  const res = Object.assign(new EventEmitter(), {
    write: (text: string) => written.push(text),
    end: () => written.push('end'),
  })
  const state = {
    send: (status: number, type: string, text: string) => written.push([status, type, text]),
    begin: (status: number, type: string) => written.push([status, type]),
  }
  const ctx = { res, state } as unknown as CoreContext
  return { reply: new Reply(ctx, { streams: true, prefersStream: false, count: 1, ...options }), res, written }
}

test('one answer is JSON, or a stream before 2026, written at once', async () => {
  for (const [options, type, text] of [
    [{}, 'application/json', JSON.stringify(answer(1))],
    [{ prefersStream: true }, 'text/event-stream', event(answer(1))],
    [{ prefersStream: true, streams: false }, 'application/json', JSON.stringify(answer(1))],
  ] as const) {
    const { reply, written } = open(options)
    reply.answer(answer(1), 200)
    assert.deepEqual(written, [[200, type, text]])
    assert.equal(await reply.done, true)
  }
  const { reply, written } = open({})
  reply.answer(answer(1), 404)
  assert.deepEqual(written, [[404, 'application/json', JSON.stringify(answer(1))]])
})

test('several answers are a stream as they come, or a list for who reads no streams', () => {
  const streamed = open({ prefersStream: true, count: 2 })
  for (const id of [2, 1]) streamed.reply.answer(answer(id), 200)
  assert.deepEqual(streamed.written, [[200, 'text/event-stream'], event(answer(2)), event(answer(1)), 'end'])
  const listed = open({ streams: false, count: 2 })
  listed.reply.notify(progress)
  for (const id of [2, 1]) listed.reply.answer(answer(id), 200)
  assert.deepEqual(listed.written, [
    [200, 'application/json', `[${JSON.stringify(answer(2))},${JSON.stringify(answer(1))}]`],
  ])
})

test('progress makes a stream', () => {
  const { reply, written } = open({})
  reply.notify(progress)
  reply.answer(answer(1), 200)
  assert.deepEqual(written, [[200, 'text/event-stream'], event(progress), event(answer(1)), 'end'])
})

test('a stream is never silent for longer than 15 seconds', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { reply, written } = open({})
  const silent = open({ streams: false })
  t.mock.timers.tick(14_999)
  assert.deepEqual(written, [])
  t.mock.timers.tick(15_001)
  assert.deepEqual(written, [[200, 'text/event-stream'], ': keepalive\n\n', ': keepalive\n\n'])
  reply.answer(answer(1), 200)
  t.mock.timers.tick(60_000)
  assert.deepEqual(written.slice(3), [event(answer(1)), 'end'])
  assert.deepEqual(silent.written, [])
})

test('a client that disconnects ends the reply', async () => {
  const { reply, res } = open({})
  res.emit('close')
  assert.equal(await reply.done, false)
})
