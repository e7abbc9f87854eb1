import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { buildPage } from '../../src/page/build.ts'
import { page as servePage } from '../../src/page/page.ts'
import type { Conversation, PluginDetail, RegistrationEvent } from '../../src/wire.ts'
import { type ServedHost, serveHost } from '../fixture.ts'
import { type ServedModel, serveModel } from '../models/openai-double.ts'
import { closeBrowser, noBrowser, openBrowser, openPage, rendered } from './chromium.ts'

const naughty = createRequire(import.meta.url)('big-list-of-naughty-strings') as string[]

let canary: Server
const hits: string[] = []
let at: string
let model: ServedModel
let served: ServedHost
let browser: Browser
before(async () => {
  if (noBrowser) return
  canary = createServer((request, response) => {
    hits.push(request.url ?? '')
    response.setHeader('access-control-allow-origin', '*')
    response.end('')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => canary.once('listening', resolve))
  at = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`
  model = await serveModel((_, index) =>
    index === 0
      ? { text: hostileText(), calls: [{ name: 'hostile__read', arguments: { q: null } }] }
      : { text: hostileText() },
  )
  const environment = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' }
  ;[served, browser] = await Promise.all([
    buildPage().then((folder) => serveHost({ environment }, servePage(folder))),
    openBrowser(),
  ])
})
after(async () => {
  if (noBrowser) return
  await closeBrowser()
  await served.close()
  model.close()
  canary.closeAllConnections()
  canary.close()
})

/** Would reach the canary, or run, if the page took it for more than text. */
const hostileText = (): string =>
  [
    `<img src="${at}/img" onerror="fetch('${at}/onerror')">`,
    `<script>fetch('${at}/script')</script>`,
    `<svg onload="fetch('${at}/svg')"><image href="${at}/image"/></svg>`,
    `<iframe src="${at}/iframe"></iframe><object data="${at}/object"></object>`,
    `<link rel="stylesheet" href="${at}/link"><style>@import url(${at}/style)</style>`,
    `<form action="${at}/form"><input autofocus onfocus="this.form.submit()"></form>`,
    `<meta http-equiv="refresh" content="0;url=${at}/meta">`,
    `![picture](${at}/markdown-image)`,
    `![picture][1]\n\n[1]: ${at}/reference-image`,
    `[click](javascript:fetch('${at}/link'))`,
    `<a href="javascript:alert(1)">click</a> [data](data:text/html,<script>alert(1)</script>)`,
    `"><img src=${at}/attribute>`,
    `\${fetch('${at}/template')}`,
    `![a](${at}/a "t") <https://a.example> http://a.example/?${'q'.repeat(50)}`,
    `<details open ontoggle="fetch('${at}/toggle')">`,
    `<video poster="${at}/poster"><source src="${at}/video"></video>`,
  ].join('\n\n')

/** A plugin whose every string is the text. */
async function serveHostile(text: string): Promise<{ host: string; close(): void }> {
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host}`
    response.setHeader('content-type', 'application/json')
    if (request.url === '/.well-known/ai-plugin.json')
      return void response.end(
        JSON.stringify({
          schema_version: 'v1',
          name_for_human: text,
          name_for_model: 'hostile',
          description_for_human: text,
          description_for_model: text,
          auth: { type: 'none', instructions: text },
          api: { type: 'openapi', url: `${origin}/openapi.json` },
          logo_url: `${at}/logo`,
          contact_email: text,
          legal_info_url: text,
        }),
      )
    if (request.url === '/openapi.json')
      return void response.end(
        JSON.stringify({
          openapi: '3.1.0',
          info: { title: text, version: '1', description: text },
          servers: [{ url: origin }],
          paths: {
            '/read': {
              get: {
                operationId: 'read',
                summary: text,
                description: text,
                parameters: [
                  { name: 'q', in: 'query', description: text, schema: { type: 'string', enum: [text, 'b'] } },
                ],
                responses: { 200: { description: text } },
              },
            },
          },
        }),
      )
    response.setHeader('x-hostile', encodeURIComponent(text).slice(0, 500))
    response.end(JSON.stringify({ items: [{ [text.slice(0, 100)]: text, other: text }], text }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Opens a page of the host and every part of it that opens, and looks for anything that text must not become. */
async function check(page: Page, path: string, hostilePart: string): Promise<void> {
  await page.goto(`${served.url}${path}`)
  await page.locator(hostilePart).filter({ hasText: 'onerror' }).first().waitFor()
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
  await rendered(page)
  const found = (await page.evaluate(`
    [...document.querySelectorAll('script:not([type=module]), iframe:not(.view), object, embed, form[action], meta[http-equiv], link[rel=stylesheet], img, a[href]')]
      .filter((one) => !(one.src ?? one.href ?? '').startsWith(location.origin)).map((one) => one.outerHTML)`)) as string[]
  assert.deepEqual(
    found.filter(
      (html) =>
        !/^<a [^>]*href="https?:[^>]*rel="noopener noreferrer"/.test(html) &&
        !/^<a [^>]*rel="noopener noreferrer"[^>]*href="https?:/.test(html),
    ),
    [],
    path,
  )
}

test('text of plugins and models stays text: nothing runs, nothing is loaded, no dialog opens', {
  skip: noBrowser,
  timeout: 120_000,
}, async () => {
  const plugin = await serveHostile(hostileText())
  try {
    const api = served.browser()
    const end = (await api.events<RegistrationEvent>('/api/registrations', { address: plugin.host })).at(-1)
    assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end).slice(0, 1_000))
    const { page, errors } = await openPage(browser)
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await check(page, `/plugins/register?id=${end.registration.id}`, '[aria-labelledby=approve]')
    const { id } = await api.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
    await api.send('PUT', `/api/plugins/${id}/activation`, {})
    const conversation = await api.send<Conversation>('POST', '/api/conversations', {})
    await api.events(`/api/conversations/${conversation.id}/messages`, { text: hostileText() })
    await check(page, '/plugins', '.tile')
    await check(page, `/plugins/${id}`, 'main')
    await check(page, `/c/${conversation.id}`, '.call')
    await check(page, '/', '.welcome')
    // Everything that the page sent arrives before this request.
    await page.goto(`${at}/last`)
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(served.url) && !url.startsWith('data:')),
      [`${at}/last`],
    )
    // Only the host loads the logo.
    assert.deepEqual(
      hits.filter((path) => path !== '/logo' && path !== '/favicon.ico'),
      ['/last'],
    )
    assert.deepEqual(
      errors.filter((one) => !/TrustedScript|404/.test(one)),
      [],
    )
  } finally {
    plugin.close()
  }
})

test('the big list of naughty strings does not break the thread', {
  skip: noBrowser,
  timeout: 120_000,
}, async () => {
  const { id } = await served.browser().send<Conversation>('POST', '/api/conversations', {})
  for (let from = 0; from < naughty.length; from += 60)
    await served.host.conversations.addMessage('only', id, 'assistant', [
      { type: 'text', text: naughty.slice(from, from + 60).join('\n\n') },
    ])
  const { page, errors } = await openPage(browser)
  await page.goto(`${served.url}/c/${id}`)
  await page.locator('.message').last().waitFor()
  await rendered(page)
  assert.equal(await page.locator('.message').count(), Math.ceil(naughty.length / 60))
  assert.deepEqual(errors, [])
  assert.equal(await page.locator('.markdown :is(script, style, iframe, img, svg, form, object)').count(), 0)
})
