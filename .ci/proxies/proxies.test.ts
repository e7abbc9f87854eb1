import assert from 'node:assert/strict'
import { on, once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { globalAgent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { checkPlugin } from '../../packages/contract/src/index.ts'
import { modern } from '../../packages/core/test/mcp-fixture.ts'
import type { PluginDetail, RegistrationEvent } from '../../packages/host/src/wire.ts'
import { Browser } from '../../packages/oauth-server/test/browser.ts'
import { discover } from '../../packages/oauth-server/test/flow.ts'
import { connectByMcp, signInByMcp } from '../../packages/oauth-server/test/mcp-sign-in.ts'
import { temporaryFolder } from '../../packages/store/src/temporary.ts'
import { launchBrowser, noBrowser, openPage, rendered } from '../../packages/testing/test/chromium.ts'
import { type Company, names, root, startCompany } from './company.ts'
import { domain, makeDomain } from './domain.ts'
import { configurations, type Kind, kinds, noProxies, type RunningProxy, startProxy } from './proxy.ts'

// Every plugin and the host under one domain with TLS, behind real proxies with the configurations of deploy/paths: one
// proxy after the other in front of the same processes, which do not know which kind of proxy is in front of them.

const folder = temporaryFolder()
// Other processes of this machine may use port 443 at other addresses of it.
const address = `127.${64 + Math.floor(Math.random() * 128)}.${Math.floor(Math.random() * 256)}.1`
const certificate = noProxies ? undefined : makeDomain(folder, address)
let company: Company
// The slow checks are made behind one proxy of each program.
const judged: Kind[] = ['nginx keeps the path', 'Caddy removes the path']
const inBrowser: Kind[] = ['nginx removes the path', 'Caddy keeps the path']

before(async () => {
  if (certificate) company = await startCompany()
})
after(() => company?.end())

const call = (path: string, { token, ...init }: RequestInit & { token?: string | undefined } = {}) =>
  fetch(`${root}${path}`, {
    ...init,
    headers: { ...init.headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
  })
const readJson = async (path: string, init?: Parameters<typeof call>[1]) => {
  const answer = await call(path, init)
  assert.equal(answer.status, 200, `${path}: ${answer.status}`)
  return answer.json() as Promise<Record<string, unknown>>
}
const send = (path: string, body: unknown, token?: string) =>
  readJson(path, { method: 'POST', token, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** Signs the user of development in to notes. */
async function signedIn(): Promise<Browser> {
  const browser = new Browser(`${root}/notes`)
  await browser.open('/oauth/apps')
  await browser.submit('sign-in', company.developer)
  return browser
}

test('each configuration has every plugin and the host', () => {
  for (const { file } of Object.values(kinds)) {
    const text = readFileSync(join(configurations, file), 'utf8')
    for (const name of [...readdirSync(join(configurations, '../../plugins')), 'host'])
      assert.match(text, new RegExp(`[/ ]${name}\\b`), `${name} in ${file}`)
  }
})

for (const [kind, { program, file }] of Object.entries(kinds) as [Kind, (typeof kinds)[Kind]][])
  describe(kind, { skip: noProxies }, () => {
    let proxy: RunningProxy
    before(async () => {
      if (!certificate) return
      const own = join(folder, file)
      proxy = await startProxy({ kind, address, ports: company.ports, certificate, folder: own })
    })
    after(() => proxy?.end())

    test('the documents are below the path of each plugin, and every URL in them leads somewhere', async () => {
      for (const name of names) {
        const manifest = await readJson(`/${name}/.well-known/ai-plugin.json`)
        const links = JSON.stringify(manifest).match(/https:[^"]*/g) ?? []
        assert.ok(links.length >= 3)
        for (const link of links) {
          assert.ok(link.startsWith(`${root}/${name}/`), link)
          const { status } = await fetch(link, { method: link.endsWith('/token') ? 'POST' : 'GET', redirect: 'manual' })
          assert.ok(status === 200 || (link.includes('/oauth/') && status === 400), `${link}: ${status}`)
        }
        for (const file of ['openapi.json', 'openapi-3.0.json'])
          assert.deepEqual((await readJson(`/${name}/${file}`)).servers, [{ url: `${root}/${name}` }])
        assert.equal((await call(`/${name}/readyz`)).status, 200)
      }
      assert.equal((await readJson('/.well-known/ai-plugin.json')).name_for_model, 'todo')
      for (const path of ['/', '/nothing/openapi.json', '/todolist/openapi.json'])
        assert.notEqual((await call(path)).headers.get('content-type'), 'application/json', path)
    })

    test('operations are called over HTTP', async () => {
      const user = `ada ${program} ${kind.length}`
      const path = `/todo/todos/${encodeURIComponent(user)}`
      await send(path, { todo: 'buy milk' })
      assert.deepEqual(await readJson(path), { todos: ['buy milk'] })
      // nginx decodes the path that it changes.
      const slash = await call(`/todo/todos/${encodeURIComponent('a/b')}`)
      assert.equal(slash.status, kind.startsWith('nginx removes') ? 404 : 200)
      const { stocks, news, notes } = company.plugins
      assert.equal((await call('/stocks/quotes?symbols=IBM')).status, 401)
      assert.ok((await readJson('/stocks/quotes?symbols=IBM', { token: stocks.token })).quotes)
      assert.ok((await readJson('/news/feeds', { token: news.token })).feeds)
      const made = await send('/notes/notes', { title: kind, text: 'A note' }, notes.token)
      const id = String(made.id ?? (made.note as { id: string }).id)
      assert.equal((await call(`/notes/notes/${id}`, { token: notes.token })).status, 200)
      const list = await readJson('/notes/notes', { token: notes.token })
      assert.ok(JSON.stringify(list).includes(id))
      // What the proxy refuses itself has the form of the plugin.
      const json = { 'content-type': 'application/json' }
      const long = await call(path, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ todo: 'x'.repeat(400_000) }),
      })
      const outside = await call('/todo/todos/..%2F..%2F..%2F..%2Fetc%2Fpasswd')
      for (const answer of [long, outside]) {
        assert.equal(answer.headers.get('content-type'), 'application/problem+json')
        assert.equal(((await answer.json()) as { status: number }).status, answer.status)
      }
      assert.equal(long.status, 413)
      assert.ok([400, 404].includes(outside.status))
      const lost = await call('/todo/nothing')
      assert.match(await lost.text(), /: \/todo\/openapi\.yaml lists every operation/)
    })

    test('the client counts by its address, whatever it says about itself', async () => {
      const remaining: number[] = []
      for (const said of ['203.0.113.1', '203.0.113.2, 203.0.113.3']) {
        const headers = {
          'X-Forwarded-For': said,
          Forwarded: `for=${said.split(',')[0]}`,
          'X-Forwarded-Host': 'evil.example',
        }
        const answer = await call('/todo/todos/x', { headers })
        assert.equal(answer.status, 200)
        remaining.push(Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]))
      }
      assert.equal(remaining[0], (remaining[1] as number) + 1)
    })

    test('the official MCP client lists and calls the tools', async () => {
      for (const [name, tool, given] of [
        ['todo', 'getTodos', { username: 'ada' }],
        ['stocks', 'getQuotes', { symbols: ['IBM'] }],
        ['news', 'listFeeds', {}],
        ['notes', 'listNotes', {}],
        ['food', 'listStores', {}],
      ] as const) {
        const client = await connectByMcp(`${root}/${name}/mcp`, company.plugins[name].token)
        assert.ok((await client.listTools()).tools.length > 2)
        const { isError, structuredContent } = await client.callTool({ name: tool, arguments: given })
        assert.ok(!isError && structuredContent, name)
        await client.close()
      }
    })

    test('an event arrives while its stream stays open', async () => {
      const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
      const abort = new AbortController()
      const answer = await call('/todo/mcp', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.any([abort.signal, AbortSignal.timeout(10_000)]),
      })
      assert.equal(answer.headers.get('content-type'), 'text/event-stream')
      const first = await answer.body?.getReader().read()
      assert.equal(first?.done, false)
      assert.match(new TextDecoder().decode(first?.value), /acknowledged/)
      abort.abort()
    })

    test('the events of a registration arrive while it goes on', async (t) => {
      // It answers each request when the test has seen what the host says meanwhile.
      const slow = createServer()
      const requests = on(slow, 'request')
      const nextResponse = async () => (await requests.next()).value?.[1] as ServerResponse
      await once(slow.listen(0, '127.0.0.1'), 'listening')
      t.after(() => {
        slow.closeAllConnections()
        slow.close()
      })
      const address = `127.0.0.1:${(slow.address() as AddressInfo).port}`
      const answer = await call('/host/api/registrations', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ address }),
        signal: AbortSignal.timeout(15_000),
      })
      let seen = ''
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
      const waitFor = async (text: RegExp) => {
        while (!text.test(seen)) seen += (await reader?.read())?.value ?? assert.fail(`it ended with ${seen}`)
      }
      await waitFor(/"name":"reach","state":"running"/)
      const manifest = await readJson('/todo/.well-known/ai-plugin.json')
      const api = { type: 'openapi', url: `http://${address}/openapi.yaml` }
      const forManifest = await nextResponse()
      forManifest.end(JSON.stringify({ ...manifest, api }))
      await waitFor(/"name":"spec","state":"running"/)
      const forSpec = await nextResponse()
      forSpec.end('nothing')
      await waitFor(/"type":"end"/)
    })

    test('the metadata of the sign-in is where RFC 8414, RFC 9728 and OpenID Connect put it', async () => {
      for (const place of [
        '/.well-known/oauth-authorization-server/notes/oauth',
        '/.well-known/openid-configuration/notes/oauth',
        '/notes/oauth/.well-known/openid-configuration',
      ])
        assert.equal((await readJson(place)).issuer, `${root}/notes/oauth`)
      for (const path of ['/notes', '/notes/mcp'])
        assert.equal((await readJson(`/.well-known/oauth-protected-resource${path}`)).resource, `${root}${path}`)
      const found = await discover({ url: `${root}/notes` }, { id: 'any', redirectUris: [] })
      assert.equal(found.serverMetadata().token_endpoint, `${root}/notes/oauth/token`)
    })

    test('the official MCP client registers itself and signs in', async () => {
      const { client, again } = await signInByMcp(`${root}/notes/mcp`, await signedIn())
      assert.ok((await client.callTool({ name: 'listNotes', arguments: {} })).structuredContent)
      await client.close()
      assert.equal(await again(), 'AUTHORIZED')
    })

    test('the host, under a path itself, registers and activates every plugin', async () => {
      const api = new Browser(root)
      const ask = async <Result>(method: string, path: string, body?: unknown): Promise<Result> => {
        const json = {
          method,
          headers: { 'content-type': 'application/json', origin: root },
          body: JSON.stringify(body),
        }
        await api.open(`/host/api/${path}`, body === undefined ? { method } : json)
        assert.ok(api.status < 300, `${path}: ${api.page.slice(0, 500)}`)
        return (/^[{[]/.test(api.page) ? JSON.parse(api.page) : api.page) as Result
      }
      for (const name of names) {
        const events = await ask<string>('POST', 'registrations', { address: `${root}/${name}` })
        const { registration } = JSON.parse(
          events
            .trim()
            .split('\ndata: ')
            .at(-1)
            ?.replace(/^data: /, '') ?? '',
        ) as Extract<RegistrationEvent, { type: 'end' }>
        assert.ok(registration.isReady, JSON.stringify(registration.steps.map(({ message }) => message)))
        const token = company.plugins[name].token
        const needed = ['stocks', 'food'].includes(name) ? { serviceToken: token } : {}
        const { id } = await ask<PluginDetail>('POST', `registrations/${registration.id}/approve`, needed)
        const { signIn } = company.plugins[name].oauth ?? {}
        if (signIn && 'username' in signIn) {
          const { url } = await ask<{ url: string }>('POST', `plugins/${id}/sign-in`, {})
          assert.ok(url.startsWith(`${root}/${name}/oauth/authorize?`), url)
          await api.open(url)
          await api.submit('sign-in', { name: String(signIn.username), password: String(signIn.password) })
          const end = await api.submit('allow')
          assert.ok(end.startsWith(`${root}/host/aip/${id}/oauth/callback?`), end)
          assert.match(api.page, /<h1>Signed in<\/h1>/)
        } else await ask('PUT', `plugins/${id}/activation`, name === 'news' ? { token } : {})
        assert.equal((await ask<PluginDetail>('GET', `plugins/${id}`)).activation, 'active')
        await ask('DELETE', `plugins/${id}`)
      }
    })

    test('the pages work in a browser', { skip: inBrowser.includes(kind) ? noBrowser : 'another kind' }, async () => {
      const browser = await launchBrowser([`--host-resolver-rules=MAP ${domain} ${address}`])
      try {
        const { page, errors, hosts } = await openPage(browser, { ignoreHTTPSErrors: true })
        await page.goto(`${root}/todo`)
        await page.locator('#addTodo > summary').click()
        await page.locator('#addTodo [name=username]').fill('ada')
        await page.locator('#addTodo [name=todo]').fill('buy milk')
        await page.getByRole('button', { name: 'Call addTodo' }).click()
        await page.locator('#addTodo .status.good').waitFor()
        await page.getByRole('link', { name: 'Interactive reference' }).click()
        await page.getByText('/todos/{username}').first().waitFor()

        await page.goto(`${root}/notes/`)
        await page.locator('#sign-in').click()
        await page.getByLabel('User name').fill(company.developer.name)
        await page.getByLabel('Password').fill(company.developer.password)
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.getByRole('button', { name: 'Allow', exact: true }).click()
        await page.getByText('You are signed in.').waitFor()
        await page.locator('#listNotes > summary').click()
        await page.getByRole('button', { name: 'Call listNotes' }).click()
        await page.locator('#listNotes .status.good').waitFor()
        await page.getByRole('link', { name: 'See and revoke' }).click()
        await page.getByRole('heading', { name: 'Connected apps' }).waitFor()

        await page.goto(`${root}/host/plugins`)
        await page.getByRole('link', { name: 'Settings' }).click()
        await page.getByRole('heading', { name: 'Settings' }).waitFor()
        assert.equal(page.url(), `${root}/host/settings`)
        await page.reload()
        await rendered(page)
        await page.getByRole('heading', { name: 'Settings' }).waitFor()
        assert.deepEqual(errors, [])
        assert.deepEqual([...hosts], [domain])
      } finally {
        await browser.close()
      }
    })

    for (const name of names)
      test(`the contract tester finds nothing in ${name}`, { skip: !judged.includes(kind) }, async () => {
        // The tester uses up how often an address may sign in.
        Object.assign(globalAgent.options, { localAddress: address.replace(/1$/, kind === judged[0] ? '2' : '3') })
        const { token, secondToken, oauth } = company.plugins[name]
        const report = await checkPlugin({ baseUrl: `${root}/${name}`, token, secondToken, oauth })
        assert.ok(report.answered.size > 2)
        assert.deepEqual(
          report.findings.map(({ code, subject, detail, curl }) => [code, subject, detail, curl]),
          [],
        )
      })
  })
