import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plugin } from '@reference-plugins/core'
import type supertest from 'supertest'

export interface Protected {
  plugin: Plugin
  /** Sends requests without a token. */
  anonymous: ReturnType<typeof supertest>
  /** One that is accepted. */
  token: string
  log: () => string
}

/** Of so many operations every wrong call is made; of the others the one without a token. */
const mostComplete = 8

/** Makes tests of a plugin whose auth mode is not `none`: without an accepted token in the right place nothing but documents is served. */
export function protectionTests(serve: () => Protected): void {
  test('every operation refuses a missing token, a wrong token, and a token in the wrong place', async () => {
    const { token } = serve()
    const basic = `Basic ${Buffer.from(`a:${token}`).toString('base64')}`
    const flipped = token.replace(/[a-z]/gi, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    )
    for (const [index, call] of callsOf(serve()).entries()) {
      const wrong = [
        call(),
        call(`?token=${token}&access_token=${token}`),
        call().send({ token, access_token: token }),
        call().set('Cookie', `token=${token}`),
        call().set('X-API-Key', token),
        call().set('Authorization', token),
        call().set('Authorization', `Bearer ${token}x`),
        call().set('Authorization', `Bearer ${token.slice(1)}`),
        call().set('Authorization', `Bearer ${flipped}`),
        call().set('Authorization', basic),
      ]
      // Many refused tokens would be answered with 429.
      for (const request of index < mostComplete ? wrong : wrong.slice(0, 1))
        await request
          .expect(401)
          .expect('WWW-Authenticate', /^Bearer realm="plugin"/)
          .expect('Content-Type', 'application/problem+json')
    }
  })

  test('every operation accepts the token', async () => {
    for (const call of callsOf(serve())) {
      const { status } = await call().set('Authorization', `Bearer ${serve().token}`)
      assert.ok(status !== 401 && status !== 403, `the status is ${status}`)
    }
  })

  test('the manifest, the specs and the pages need no token', async () => {
    const paths = ['/.well-known/ai-plugin.json', '/openapi.json', '/openapi.yaml', '/openapi-3.0.json', '/logo.png']
    for (const path of [...paths, '/legal', '/livez']) await serve().anonymous.get(path).expect(200)
  })

  test('the token is not logged', () => {
    const { log, token, plugin } = serve()
    const [first = ''] = httpOperations(plugin).map(({ path }) => path.split('{')[0])
    assert.ok(log().includes(first), 'the right log is read')
    assert.ok(!log().includes(token))
  })
}

const httpOperations = ({ operations }: Plugin) => operations.filter(({ only }) => !only)

/** A call of each operation without its inputs. Whether it is allowed is decided before the inputs are checked. */
const callsOf = ({ plugin, anonymous }: Protected) =>
  httpOperations(plugin).map(({ method, path }) => (query = '') => {
    const name = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
    return anonymous[name](path.replaceAll(/\{\w+\}/g, 'none') + query)
  })
