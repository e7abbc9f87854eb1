import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { readPlugin } from '../src/registration/read-plugin.ts'
import { challengesIn, oauthChallenge } from '../src/sign-in/challenges.ts'
import { discoverMcpOAuth } from '../src/sign-in/mcp-oauth.ts'

let server: Server
let url: string
/** By path: what the server answers as JSON. */
let documents: Record<string, object> = {}
/** The WWW-Authenticate headers of /mcp. */
let challenges: string[] = []
const serve: RequestListener = (request, response) => {
  const path = request.url ?? ''
  if (/^\/(mcp|api)/.test(path)) return void response.writeHead(401, { 'www-authenticate': challenges }).end('{}')
  response.writeHead(path in documents ? 200 : 404, { 'content-type': 'application/json' })
  response.end(JSON.stringify(documents[path] ?? {}))
}
before(async () => {
  server = createServer(serve).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const wellKnown = '/.well-known/oauth-protected-resource'
const issuerMetadata = () => ({
  issuer: url,
  authorization_endpoint: `${url}/authorize`,
  token_endpoint: `${url}/token`,
  response_types_supported: ['code'],
})
const resourceMetadata = (resource: string) => ({
  resource,
  authorization_servers: [url],
  scopes_supported: ['read', 'write'],
})

async function register(path: string, places: Record<string, object>, ...headers: string[]) {
  documents = { '/.well-known/oauth-authorization-server': issuerMetadata(), ...places }
  challenges = headers
  const { found, steps } = await readPlugin(`${url}${path}`, {
    allowLoopback: true,
    signal: AbortSignal.timeout(20_000),
  })
  return { oauth: found?.oauth, failed: steps.find(({ state }) => state === 'failed') }
}

test('an MCP server is signed in to where its answer 401 says, in whichever form it says it', async () => {
  const at = `${url}/meta/here`
  for (const headers of [
    [`Bearer resource_metadata="${at}"`],
    [`Bearer resource_metadata=${at}`],
    [`bearer realm="a, \\"b\\" c", error="invalid_token", resource_metadata="${at}"`],
    [`Basic realm="x", Bearer realm="y", resource_metadata="${at}"`],
    ['Negotiate', `Bearer resource_metadata="${at}"`],
    ['Basic dXNlcg==', `DPoP algs="ES256", resource_metadata="${at}"`],
    ['Bearer resource_metadata="/meta/here"'],
  ]) {
    const { oauth, failed } = await register('/mcp', { '/meta/here': resourceMetadata(`${url}/mcp`) }, ...headers)
    assert.equal(oauth?.tokenUrl, `${url}/token`, `${headers} ${JSON.stringify(failed)}`)
    assert.equal(oauth?.scope, 'read write')
    assert.equal(oauth?.resource, `${url}/mcp`)
  }
  const { oauth } = await register(
    '/mcp',
    { '/meta/here': resourceMetadata(`${url}/mcp`) },
    `Bearer scope="read", resource_metadata="${at}"`,
  )
  assert.equal(oauth?.scope, 'read')
})

test('without a place in the answer, the metadata are at the path, at the root, or the server is of 2025-03-26', async () => {
  const own = resourceMetadata(`${url}/mcp`)
  for (const [places, resource] of [
    [{ [`${wellKnown}/mcp`]: own }, `${url}/mcp`],
    [{ [wellKnown]: own }, `${url}/mcp`],
    [{ [wellKnown]: resourceMetadata(url) }, url],
    [{}, `${url}/mcp`],
  ] as const)
    for (const header of ['Bearer', `Bearer resource_metadata="${url}/nowhere"`]) {
      const { oauth, failed } = await register('/mcp', places, header)
      assert.equal(oauth?.resource, resource, JSON.stringify(failed))
    }
})

test('the metadata of an issuer with a path are found before and after the path', async () => {
  for (const place of [
    '/.well-known/oauth-authorization-server/tenant',
    '/.well-known/openid-configuration/tenant',
    '/tenant/.well-known/openid-configuration',
    '/tenant/.well-known/oauth-authorization-server',
  ]) {
    const issuer = `${url}/tenant`
    const { oauth, failed } = await register(
      '/mcp',
      {
        [`${wellKnown}/mcp`]: { ...resourceMetadata(`${url}/mcp`), authorization_servers: [issuer] },
        [place]: { ...issuerMetadata(), issuer },
      },
      'Bearer',
    )
    assert.equal(oauth?.issuer, issuer, `${place} ${JSON.stringify(failed)}`)
  }
})

test('metadata for another resource are refused, and the message says for which', async () => {
  for (const other of [url.replace('localhost', 'other.example'), `${url}/mcp/`, url, 'x']) {
    const places = { [`${wellKnown}/mcp`]: resourceMetadata(other) }
    const { oauth, failed } = await register('/mcp', places, `Bearer resource_metadata="${url}${wellKnown}/mcp"`)
    assert.equal(oauth, undefined)
    assert.ok(failed?.message.includes(`are for ${other}, not for ${url}/mcp`), failed?.message)
    assert.doesNotMatch(failed?.advice ?? '', /manifest/)
  }
  const { failed } = await register('/mcp', { '/m': { resource: `${url}/mcp` } }, `Bearer resource_metadata="${url}/m"`)
  assert.match(failed?.message ?? '', /names no authorization server/)
})

test('a server on the internet cannot send the host to this machine or to an address without TLS', async () => {
  const asked: string[] = []
  const fetch = async (input: unknown) => {
    asked.push(String(input))
    const isMetadata = String(input) === `https://mcp.example${wellKnown}`
    const bad = {
      resource: 'https://mcp.example/mcp',
      authorization_servers: ['http://localhost:1', 'http://b.example'],
    }
    return Response.json(isMetadata ? bad : {}, { status: isMetadata ? 200 : 404 })
  }
  for (const place of [url, 'http://a.example/x', 'file:///etc/passwd', 'http://127.0.0.1:9/x']) {
    const read = await discoverMcpOAuth('https://mcp.example/mcp', `Bearer resource_metadata="${place}"`, fetch)
    assert.ok('faults' in read)
    assert.match(read.faults[0] ?? '', /may not be read/)
  }
  assert.ok(
    asked.every((one) => one.startsWith('https://mcp.example/')),
    asked.join(),
  )
})

test('challenges are read in every form, and any text is read without an error', () => {
  assert.deepEqual(
    challengesIn('Basic realm=a, Negotiate abc==, Bearer a="1,2", B = c').map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ]),
    [
      ['basic', { realm: 'a' }],
      ['negotiate', {}],
      ['bearer', { a: '1,2', b: 'c' }],
    ],
  )
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  const quoted = fc.string().map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`)
  const other = fc.oneof(
    fc.constantFrom('Negotiate', 'Basic realm=x', 'Digest dXNlcg=='),
    fc.tuple(word, quoted).map(([name, text]) => `Custom ${name}=${text}`),
  )
  const place = fc.webUrl({ withQueryParameters: true }).filter((one) => !/[,;'\s]/.test(one))
  fc.assert(
    fc.property(fc.array(other), fc.array(other), place, fc.boolean(), (before, after, metadata, isQuoted) => {
      const own = `Bearer error="x", resource_metadata=${isQuoted ? `"${metadata}"` : metadata}, scope="a b"`
      assert.deepEqual(oauthChallenge([...before, own, ...after].join(', ')), { metadata, scope: 'a b' })
    }),
  )
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void challengesIn(text)))
})
