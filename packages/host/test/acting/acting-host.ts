import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closePlugin, createApp, createLog } from '@reference-plugins/core'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { type ActingShop, openActingShop } from '../../../core/test/acting-fixture.ts'
import type { Call, Conversation, PluginDetail, RegistrationEvent, TurnEvent } from '../../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from '../fixture.ts'
import { type ModelCall, obedient, type Script, type ServedModel, serveModel } from '../models/openai-double.ts'

export type Protocol = 'HTTP' | 'MCP'

/** A request to the shop, as it came. */
export interface ShopRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface ServedShop extends ActingShop {
  /** Without a scheme. */
  address: string
  requests: ShopRequest[]
  /** Happens to the next call of an operation that the shop has answered: the connection breaks. */
  breakNext: number
  close(): Promise<void>
}

/** The shop of core's tests, whose operations act, over HTTP and MCP. */
export async function serveShop(): Promise<ServedShop> {
  const shop = await openActingShop(temporaryDatabase())
  const handler: { callback?: ReturnType<Awaited<ReturnType<typeof createApp>>['callback']> } = {}
  const requests: ShopRequest[] = []
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const { method = '', url: path = '', headers } = request
    const kept: ShopRequest = { method, path, headers, body: '' }
    requests.push(kept)
    const emit = request.emit.bind(request)
    request.emit = (event: string, ...given: unknown[]) => {
      if (event === 'data') kept.body += given[0]
      return emit(event, ...given)
    }
    if (method === 'POST' && !path.startsWith('/mcp') && served.breakNext > 0) {
      // The answer is written, and never arrives.
      response.end = (() => {
        served.breakNext--
        request.socket.destroy()
        return response
      }) as typeof response.end
    }
    handler.callback?.(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = `localhost:${(server.address() as AddressInfo).port}`
  const log = createLog('silent', false)
  const app = await createApp(shop.plugin, { publicUrl: `http://${address}`, log, rateLimit: 1_000_000 })
  handler.callback = app.callback()
  const served: ServedShop = {
    ...shop,
    address,
    requests,
    breakNext: 0,
    async close() {
      server.closeAllConnections()
      server.close()
      await closePlugin(shop.plugin)
    },
  }
  return served
}

export interface ActingHost {
  shop: ServedShop
  /** Two instances of one host. */
  instances: [ServedHost, ServedHost]
  model: ServedModel
  /** What the model does; by default whatever it reads. */
  script: Script
  /** Everything that the model has been told. */
  told(): string
  close(): Promise<void>
}

export async function serveActingHost(page?: Parameters<typeof serveHost>[1]): Promise<ActingHost> {
  const shop = await serveShop()
  const model = await serveModel((call: ModelCall, index) => served.script(call, index))
  const databaseUrl = temporaryDatabase()
  const environment = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' }
  const options = { databaseUrl, mode: 'accounts' as const, environment }
  const one = await serveHost(options, page)
  const two = await serveHost(options, page)
  const served: ActingHost = {
    shop,
    instances: [one, two],
    model,
    script: obedient,
    told: () => model.calls.map(({ raw }) => raw).join('\n'),
    async close() {
      await Promise.all([one.close(), two.close()])
      model.close()
      await shop.close()
    },
  }
  return served
}

/** Registers the plugin at an address, and activates it with a token. */
export async function registerAt(browser: Browser, address: string, token: string): Promise<PluginDetail> {
  const isMcp = address.endsWith('/mcp')
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address, ...(isMcp && { token }) })).at(
    -1,
  )
  assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end))
  const input = isMcp ? { serviceToken: token } : {}
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, input)
  return browser.send<PluginDetail>('PUT', `/api/plugins/${id}/activation`, isMcp || token === '' ? {} : { token })
}

export const registerShop = (browser: Browser, shop: ServedShop, protocol: Protocol, token = 'token-of-ada') =>
  registerAt(browser, protocol === 'MCP' ? `http://${shop.address}/mcp` : shop.address, token)

export const begin = async (browser: Browser, plugins: string[]): Promise<string> =>
  (await browser.send<Conversation>('POST', '/api/conversations', { plugins })).id

export const say = (browser: Browser, id: string, text: string) =>
  browser.events<TurnEvent>(`/api/conversations/${id}/messages`, { text })

export const callByHand = (browser: Browser, id: string, plugin: string, operation: string, given: object) =>
  browser.events<TurnEvent>(`/api/conversations/${id}/calls`, { plugin, operation, arguments: given })

export const callsIn = async (browser: Browser, id: string): Promise<Call[]> =>
  (await browser.get<Conversation>(`/api/conversations/${id}`)).messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])),
  )

export const lastCall = async (browser: Browser, id: string): Promise<Call> =>
  (await callsIn(browser, id)).at(-1) as Call

/** @param at the address of another instance */
export const decide = (browser: Browser, id: string, call: Call, decision = 'allow', at = '') =>
  browser.events<TurnEvent>(`${at}/api/conversations/${id}/calls/${call.id}/decision`, {
    decision,
    digest: call.ask?.digest,
  })

export const noticesIn = (events: TurnEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))
