import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ConnectionLimits } from '../src/connections.ts'
import { listen } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const long = 'x'.repeat(2 ** 16)
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

async function serve(t: TestContext, limits: Partial<ConnectionLimits>, listener: RequestListener) {
  const lifecycle = { stopping: false }
  const { server } = await listen(listener, { host: '127.0.0.1', port: 0, lifecycle, limits })
  const { port } = server.address() as { port: number }
  const clients: Socket[] = []
  t.after(() => {
    for (const client of clients) client.destroy()
    server.close()
    server.closeAllConnections()
  })
  const open = async (localAddress?: string) => {
    const client = connect({ port, host: '127.0.0.1', ...(localAddress && { localAddress }) }).on('error', () => {})
    clients.push(client)
    await once(client, 'connect')
    return client
  }
  const count = () => new Promise<number>((resolve) => server.getConnections((_, found) => resolve(found)))
  return { open, count }
}

async function until(isTrue: () => boolean | Promise<boolean>, longest = 20_000): Promise<void> {
  const end = performance.now() + longest
  while (!(await isTrue())) {
    assert.ok(performance.now() < end, 'it took too long')
    await sleep(10)
  }
}

/** Everything that a client receives, once there are `count` answers. */
async function answers(client: Socket, count: number): Promise<string[]> {
  let text = ''
  client.on('data', (chunk) => {
    text += chunk
  })
  const found = () => Array.from(text.matchAll(/answer (\S+);/g), ([, path]) => path as string)
  await until(() => found().length >= count)
  return found()
}

const echo: RequestListener = async (request, response) => {
  await sleep(Math.random() * 3)
  response.end(`answer ${request.url};`)
}

describe('a client that asks and does not read', () => {
  test('is disconnected after the send time-out', async (t) => {
    const { open, count } = await serve(t, { sendTimeout: 100 }, (_, response) => response.end(long.repeat(200)))
    const client = await open()
    client.pause()
    client.write(get('/'))
    await until(async () => (await count()) === 0)
  })

  test('is not disconnected if it reads slowly, or if the answer takes long', async (t) => {
    const { open } = await serve(t, { sendTimeout: 1_000 }, async (request, response) => {
      if (request.url === '/slow') await sleep(2_500)
      response.end(`${long.repeat(request.url === '/slow' ? 1 : 160)}answer ${request.url};`)
    })
    const [slow, trickle] = [await open(), await open()]
    slow.write(get('/slow'))
    trickle.write(get('/trickle'))
    trickle.on('data', () => {
      trickle.pause()
      setTimeout(() => trickle.resume(), 1)
    })
    assert.deepEqual(await Promise.all([answers(slow, 1), answers(trickle, 1)]), [['/slow'], ['/trickle']])
  })

  test('makes the handlers wait, and the memory does not grow', async (t) => {
    let running = 0
    let most = 0
    let asked = 0
    const { open, count } = await serve(t, { sendTimeout: 150 }, async (_, response) => {
      asked++
      most = Math.max(most, ++running)
      response.prependOnceListener('close', () => running--)
      await sleep(1)
      response.end(long.repeat(100))
    })
    const used = () => {
      collectGarbage()
      return process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed
    }
    const before = used()
    const clients = 10
    for (let round = 0; round < 3; round++) {
      for (let number = 0; number < clients; number++) {
        const client = await open()
        client.pause()
        client.write(get('/').repeat(100))
      }
      await sleep(100)
      await until(async () => running === 0 && (await count()) === 0)
    }
    assert.ok(most <= clients, `${most} handlers at once`)
    assert.ok(asked <= 3 * clients * 3, `${asked} of ${3 * clients * 100} requests were answered`)
    // Node frees what a connection has not sent a little after it is closed.
    await until(() => used() < before + 64 * 2 ** 20)
  })

  test('is disconnected when too many bytes wait for it', async (t) => {
    const { open, count } = await serve(t, { unsentBytes: 2 ** 20 }, (_, response) => {
      const stream = setInterval(() => response.write(long), 1)
      response.once('close', () => clearInterval(stream))
    })
    const client = await open()
    client.pause()
    client.write(get('/'))
    await until(async () => (await count()) === 0)
  })

  test('is disconnected before those that came later, when too many bytes wait for all', async (t) => {
    const { open, count } = await serve(t, { allUnsentBytes: 40 * 2 ** 20 }, (_, response) =>
      response.end(long.repeat(320)),
    )
    for (let number = 0; number < 4; number++) {
      const client = await open()
      client.pause()
      client.write(get('/'))
      await sleep(30)
    }
    await until(async () => (await count()) < 4)
    const left = await count()
    assert.ok(left >= 1 && left < 4)
  })
})

describe('more requests at once than are answered', () => {
  test('get 503 with Retry-After, and 2,000 slow readers cost no more memory than a few', async (t) => {
    let running = 0
    const { open } = await serve(t, { allRequests: 12, requestsOfAddress: 10 }, (request, response) => {
      running++
      response.once('close', () => running--)
      response.end(request.url === '/short' ? 'answer short;' : long.repeat(100))
    })
    const used = () => {
      collectGarbage()
      return process.memoryUsage().arrayBuffers + process.memoryUsage().external
    }
    const greedy = async (count: number) => {
      for (let number = 0; number < count; number++) {
        const client = await open()
        client.pause()
        client.write(get('/'))
      }
      await sleep(50)
      return used()
    }
    const few = await greedy(20)
    assert.equal(running, 10)
    const many = await greedy(1_980)
    assert.equal(running, 10)
    assert.ok(many < few + 64 * 2 ** 20, `${few} bytes with 20 readers, ${many} with 2,000`)

    let refused = ''
    const late = await open()
    late.on('data', (chunk) => {
      refused += chunk
    })
    late.write(get('/') + get('/'))
    await until(() => refused.split('call again in a second').length === 3)
    assert.match(refused, /^HTTP\/1.1 503 Service Unavailable\r\n/)
    assert.match(refused, /\r\nRetry-After: 1\r\n/)
    assert.match(refused, /\r\nContent-Type: application\/problem\+json\r\n/)
    // Only Linux has more addresses of its own without configuration.
    if (process.platform !== 'linux') return
    const other = await open('127.0.0.2')
    other.write(get('/short'))
    assert.deepEqual(await answers(other, 1), ['short'], 'another address finds a place')
  })

  test('are answered again when the others have ended or left, and an upload that is refused is read', async (t) => {
    const { open } = await serve(t, { allRequests: 4 }, async (request, response) => {
      if (request.url === '/never') return
      for await (const _ of request);
      response.end(`answer ${request.url};`)
    })
    for (let round = 0; round < 5; round++) {
      const clients = await Promise.all(Array.from({ length: 4 }, () => open()))
      for (const client of clients) client.write(get('/never'))
      await sleep(20)
      const upload = await open()
      let text = ''
      upload.on('data', (chunk) => {
        text += chunk
      })
      upload.write(
        `POST /big HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${long.length * 16}\r\n\r\n${long.repeat(16)}`,
      )
      await until(() => text.startsWith('HTTP/1.1 503 '))
      for (const client of clients) client.destroy()
      await sleep(20)
      text = ''
      upload.write(get('/again'))
      await until(() => text.includes('answer /again;'))
      upload.destroy()
    }
  })

  test('are shared by all callers behind a proxy', async (t) => {
    const lifecycle = { stopping: false }
    const options = { host: '127.0.0.1', port: 0, lifecycle, proxies: 1, limits: { allRequests: 600 } }
    let running = 0
    const { server } = await listen(() => void running++, options)
    const { port } = server.address() as { port: number }
    t.after(() => {
      server.close()
      server.closeAllConnections()
    })
    const clients = Array.from({ length: 620 }, () => connect(port, '127.0.0.1').on('error', () => {}))
    for (const client of clients) client.write(get('/'))
    await until(() => running === 600)
    for (const client of clients) client.destroy()
  })
})

describe('pipelined requests', () => {
  test('are handled one after another and answered in their order, with their bodies', async (t) => {
    let running = 0
    const { open } = await serve(t, { waitingRequests: 200 }, async (request, response) => {
      assert.equal(++running, 1)
      let body = ''
      for await (const chunk of request) body += chunk
      await sleep(1)
      running--
      response.end(`answer ${request.url}${body};`)
    })
    const client = await open()
    const post = (path: string, body: string) =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const paths = Array.from({ length: 200 }, (_, index) => `/${index}`)
    const all = paths.map((path, index) => (index % 3 ? get(path) : post(path, 'body'))).join('')
    // Cut inside a body and inside a head.
    for (let index = 0; index < all.length; index += 997) {
      client.write(all.slice(index, index + 997))
      if (index % 3 === 0) await sleep(1)
    }
    assert.deepEqual(
      await answers(client, paths.length),
      paths.map((path, index) => (index % 3 ? path : `${path}body`)),
    )
  })

  test('end with the connection where too many wait, and others are served', async (t) => {
    const { open, count } = await serve(t, { waitingRequests: 5, allWaitingRequests: 8 }, echo)
    const greedy = await open()
    greedy.write(get('/').repeat(50))
    await until(async () => (await count()) === 0)
    const other = await open()
    other.write(get('/a') + get('/b'))
    assert.deepEqual(await answers(other, 2), ['/a', '/b'])
  })

  test('that wait are forgotten when their client leaves', async (t) => {
    let asked = 0
    const { open, count } = await serve(t, { allWaitingRequests: 10 }, async (_, response) => {
      asked++
      await sleep(20)
      response.end('answer x;')
    })
    for (let round = 0; round < 5; round++) {
      const client = await open()
      client.write(get('/').repeat(8))
      await sleep(5)
      client.destroy()
      await until(async () => (await count()) === 0)
    }
    await sleep(50)
    assert.ok(asked <= 10, `${asked} requests`)
    const last = await open()
    last.write(get('/').repeat(8))
    assert.equal((await answers(last, 8)).length, 8)
  })
})
