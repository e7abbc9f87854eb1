import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, createLog } from '../src/index.ts'
import { openBakery } from './bakery.ts'
import type { Oven } from './task-operation.ts'

// A process with the bakery, which its test kills. The oven is in the test.

const [, , databaseUrl, ovenUrl] = process.argv

async function ask(action: string, key: string, name = '') {
  const answer = await fetch(`${ovenUrl}/${action}?${new URLSearchParams({ key, name })}`)
  return (await answer.json()) as { minutesLeft: number; cake: string }
}

const oven: Oven = {
  begin: async (key, name) => void (await ask('begin', key, name)),
  look: (key) => ask('look', key),
  stop: async (key) => void (await ask('stop', key)),
  wait: () => new Promise((resolve) => setTimeout(resolve, 50)),
}
const { plugin } = await openBakery(oven, databaseUrl)
const log = createLog('error', false)
const app = await createApp(plugin, { publicUrl: 'http://localhost:3333', log })
const server = createServer(app.callback()).listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port)
})
