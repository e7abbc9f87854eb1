import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { Conversation } from '../src/wire.ts'
import { killHosts, startHost } from './host-process.ts'

after(killHosts)

test('the host runs as two workers', { timeout: 120_000 }, async () => {
  const host = await startHost({ DATABASE_URL: temporaryDatabase(), WEB_CONCURRENCY: '2' })
  assert.equal(host.output().match(/ is ready at /g)?.length, 1, host.output())
  const conversations = await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      const { id } = await host.browser.send<Conversation>('POST', '/api/conversations', {})
      await host.browser.events(`/api/conversations/${id}/messages`, { text: `${number}: one` })
      await host.browser.events(`/api/conversations/${id}/messages`, { text: `${number}: two` })
      return id
    }),
  )
  for (const [number, id] of conversations.entries()) {
    const { messages } = await host.browser.get<Conversation>(`/api/conversations/${id}`)
    const said = messages.flatMap(({ parts }) => parts).flatMap((part) => (part.type === 'text' ? [part.text] : []))
    assert.deepEqual(
      said.filter((text) => text.startsWith(`${number}: `)),
      [`${number}: one`, `${number}: two`],
    )
  }
  assert.equal(await host.end('SIGTERM'), 0, host.output())
})
