import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { createApp, createLog, listen } from '../src/index.ts'
import { openShop, publicUrl } from './fixture.ts'

const nginx = '/usr/sbin/nginx'

async function serve(t: TestContext): Promise<number> {
  const lifecycle = { stopping: false }
  const app = await createApp(openShop(), { publicUrl, log: createLog('silent', false), lifecycle })
  const { server } = await listen(app.callback(), { host: '127.0.0.1', port: 0, lifecycle })
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

const head = (bytes: number): string =>
  `POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`

/** Sends the whole body before it reads, as some clients do. */
async function sendAll(port: number, bytes: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.pause()
  socket.write(head(bytes))
  for (let sent = 0; sent < bytes; sent += 50_000) {
    socket.write('x'.repeat(Math.min(50_000, bytes - sent)))
    await sleep(2)
  }
  socket.on('data', (data) => {
    answer += data
  })
  await once(socket.resume(), 'close')
  return answer
}

test('a client that sends all of a body that is too long gets the 413', async (t) => {
  const port = await serve(t)
  for (let count = 0; count < 5; count++)
    assert.match(await sendAll(port, 1_000_000), /^HTTP\/1.1 413 .*"Send at most 262144 bytes"/s)
})

test('a client that never sends the rest, or endlessly, is answered all the same', async (t) => {
  const port = await serve(t)
  const silent = connect(port, '127.0.0.1')
  silent.write(head(1_000_000))
  const [answer] = await once(silent, 'data')
  assert.match(String(answer), /^HTTP\/1.1 413 /)
  const endless = connect(port, '127.0.0.1')
  endless.on('error', () => {})
  const sending = setInterval(() => endless.write('x'.repeat(100_000)), 1)
  t.after(() => clearInterval(sending))
  endless.write(head(10_000_000_000))
  const [other] = await once(endless, 'data')
  assert.match(String(other), /^HTTP\/1.1 413 /)
  clearInterval(sending)
  endless.destroy()
})

test('nginx passes the 413 on', { skip: !existsSync(nginx) && 'nginx is not installed' }, async (t) => {
  const port = await serve(t)
  const folder = temporaryFolder()
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const front = (probe.address() as AddressInfo).port
  probe.close()
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http {
      access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      upstream plugin { server 127.0.0.1:${port}; keepalive 4; }
      server {
        listen 127.0.0.1:${front};
        location / {
          client_max_body_size 4m; proxy_request_buffering off; proxy_pass http://plugin; proxy_http_version 1.1;
          proxy_set_header Connection ""; proxy_set_header Host localhost;
        }
      }
    }`,
  )
  const child: ChildProcess = spawn(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${front}/orders`
  const send = () =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(1_000_000) })
  for (let tries = 0; tries < 100 && !(await fetch(url).catch(() => undefined)); tries++) await sleep(100)
  for (let count = 0; count < 10; count++) {
    const answer = await send()
    assert.equal(answer.status, 413)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  }
})
