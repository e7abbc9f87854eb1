import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createApp, createLog, definePlugin, none, operation } from '@reference-plugins/core'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { z } from 'zod'
import { readHostEnvironment } from '../src/environment.ts'
import { page } from '../src/page/page.ts'
import { discoverOAuthServer } from '../src/sign-in/oauth-server.ts'
import type { PluginDetail, Registration, RegistrationEvent } from '../src/wire.ts'
import { browserOf, type ServedHost, serveHost } from './fixture.ts'

const base = '/team/host'
const built = temporaryFolder()
mkdirSync(join(built, 'assets'))
writeFileSync(join(built, 'index.html'), '<html lang="en"><head><script src="./assets/page.js"></script></head></html>')
writeFileSync(join(built, 'assets/page.js'), 'done()')

let served: ServedHost
let root: string
before(async () => {
  served = await serveHost({ mode: 'accounts' }, page(built, base), base)
  root = new URL(served.url).origin
})
after(() => served.close())

test('the page, its assets and the API are under the path, and there behind a proxy that removes it', async () => {
  for (const at of [served.url, root]) {
    const html = await (await fetch(`${at}/c/1`)).text()
    assert.match(html, /<html data-base="\/team\/host" lang="en">/)
    const [, asset = ''] = /src="(.*?)"/.exec(html) ?? []
    assert.equal(asset, '/team/host/assets/page.js')
    assert.equal(await (await fetch(`${at}/assets/page.js`)).text(), 'done()')
    assert.deepEqual(((await browserOf(at).get('/api/session')) as { mode: string }).mode, 'accounts')
    assert.equal((await fetch(`${at}/livez`)).status, 200)
  }
  const nothing = (await (await fetch(`${served.url}/assets/nothing.js`)).json()) as { detail: string }
  assert.equal(nothing.detail, '/team/host/assets/nothing.js does not exist: the page is at /team/host/')
  const plain = page(built)
  const ctx = { method: 'GET', path: '/', set() {}, type: '', body: '' }
  await plain(ctx as never, async () => {})
  assert.match(ctx.body, /<html lang="en">.*src="\/assets\/page\.js"/)
})

test('the session is for the path alone, and forms of the same domain are accepted', async () => {
  const user = JSON.stringify({ name: 'ada', password: 'correct horse battery' })
  const headers = { 'content-type': 'application/json', origin: root, 'sec-fetch-site': 'same-origin' }
  const answer = await served.browser().raw('POST', '/api/users', { body: user, headers })
  assert.equal(answer.status, 200)
  assert.match(
    answer.headers.getSetCookie()[0] ?? '',
    /^host-session=[\w-]{43}; Path=\/team\/host; HttpOnly; SameSite=Strict/,
  )
  assert.equal(served.host.signIns.callbackUrl('1'), `${served.url}/aip/1/oauth/callback`)
})

test('a path that the host uses itself is refused', () => {
  for (const path of ['api', 'aip', 'assets/host', 'mcp'])
    assert.throws(
      () => readHostEnvironment({ PUBLIC_URL: `http://localhost:3000/${path}` }),
      /begins with \/\w+, which/,
    )
  assert.equal(
    readHostEnvironment({ PUBLIC_URL: 'http://localhost:3000/plugins' }).PUBLIC_URL,
    'http://localhost:3000/plugins',
  )
})

/** Two plugins under one domain, whose root is something else. */
async function serveCompany() {
  const apps: Record<string, RequestListener> = {}
  const server = createServer((request, response) => {
    const [, name = ''] = (request.url ?? '').split('/')
    const app = apps[name]
    if (app) return app(request, response)
    response.writeHead(name.startsWith('.well-known') ? 404 : 200, { 'content-type': 'text/html' }).end('<h1>We</h1>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const name of ['first', 'second']) {
    const publicUrl = `${origin}/${name}`
    const plugin = definePlugin({
      name,
      title: name,
      descriptionForHuman: 'Says its name.',
      descriptionForModel: 'Says its name.',
      conversationStarters: ['Who are you?'],
      contactEmail: 'shop@example.com',
      folder: new URL('../../core/test/fixture/', import.meta.url),
      auth: none(),
      operations: {
        sayName: operation('GET /names', {
          openWorld: false,
          summary: 'Say the name',
          input: z.object({}),
          output: z.object({ name: z.string() }),
          handler: () => ({ name }),
        }),
      },
    })
    apps[name] = (await createApp(plugin, { publicUrl, log: createLog('silent', false) })).callback()
  }
  return {
    origin,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('each plugin of a domain is registered by its path, by a page below it, and by its MCP server', async (t) => {
  const company = await serveCompany()
  t.after(company.close)
  const browser = await served.userBrowser('berta')
  const register = async (address: string) => {
    const events = await browser.events<RegistrationEvent>('/api/registrations', { address })
    const { id, steps, isReady } = (events.at(-1) as { registration: Registration }).registration
    assert.ok(isReady, JSON.stringify(steps.map(({ name, state, message }) => [name, state, message])))
    const { id: plugin } = await browser.send<PluginDetail>('POST', `/api/registrations/${id}/approve`, {})
    return served.host.plugins.owned((await browser.get<{ user: { id: string } }>('/api/session')).user.id, plugin)
  }
  for (const name of ['first', 'second'])
    for (const rest of ['', '/', '/docs', '/.well-known/ai-plugin.json', '/openapi.json', '/mcp']) {
      const { document } = await register(`${company.origin}/${name}${rest}`)
      assert.equal(document.title, name)
      assert.equal(document.server, `${company.origin}/${name}${rest === '/mcp' ? '/mcp' : ''}`)
    }
  const events = await browser.events<RegistrationEvent>('/api/registrations', { address: `${company.origin}/third` })
  assert.match(JSON.stringify(events), /\/third\/\.well-known\/ai-plugin\.json \(\w/)
})

test('the authorization server is found where the root of the domain belongs to something else', async () => {
  const api = 'https://example.com/notes'
  const documents: Record<string, object> = {
    [`${api}/.well-known/oauth-protected-resource`]: { resource: api, authorization_servers: [`${api}/oauth`] },
    [`${api}/oauth/.well-known/openid-configuration`]: {
      issuer: `${api}/oauth`,
      authorization_endpoint: `${api}/oauth/authorize`,
      token_endpoint: `${api}/oauth/token`,
      registration_endpoint: `${api}/oauth/register`,
    },
  }
  const find = (known: Record<string, object>) =>
    discoverOAuthServer(
      {
        authorizationUrl: `${api}/oauth/authorize`,
        tokenUrl: `${api}/oauth/token`,
        contentType: 'application/x-www-form-urlencoded',
        scope: '',
      },
      api,
      async (url) => (known[String(url)] ? Response.json(known[String(url)]) : new Response(null, { status: 404 })),
    )
  assert.equal((await find(documents)).registrationUrl, `${api}/oauth/register`)
  // Without RFC 9728 the issuer is above the endpoints.
  const [, metadata = ''] = Object.keys(documents)
  assert.equal((await find({ [metadata]: documents[metadata] as object })).issuer, `${api}/oauth`)
  const other = { ...documents[metadata], token_endpoint: 'https://example.com/other/token' }
  assert.equal((await find({ [metadata]: other })).issuer, undefined)
})
