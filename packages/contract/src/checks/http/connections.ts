import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { callLimit } from '../../calls/deadline.ts'
import { exchange } from '../../calls/exchange.ts'
import type { Report } from '../../rules/finding.ts'

const many = 20
const patience = 3_000

/** Clients that stop in the middle of a request must not block others. Only over http: with TLS, a proxy handles them. */
export async function checkConnections(baseUrl: string, report: Report): Promise<void> {
  const { protocol, hostname, port } = new URL(baseUrl)
  if (protocol !== 'http:') return report.skip('connections', 'slow senders', 'the server is behind https')
  const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }
  const requests = [
    'GET / HTTP/1.1\r\nHost: localhost\r\nX-Half:',
    `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"a":`,
    'nonsense\r\n\r\n',
  ]
  const sockets: Socket[] = []
  try {
    for (let index = 0; index < many; index++) {
      const socket = connect(target, () => socket.write(requests[index % requests.length] as string))
      socket.on('error', () => {})
      sockets.push(socket)
    }
    const signal = callLimit(patience)
    await Promise.all(sockets.map((socket) => once(socket, 'connect', { signal }).catch(() => {})))
    // A busy server accepts the connections late, so ask it again.
    for (const pause of [50, 100, 300]) if (!(await answersMeanwhile(baseUrl, report, pause))) break
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  await sleep(50)
  if (!(await answers(baseUrl)))
    report.add('held-up', 'connections', 'after broken connections the server no longer answers')
}

/** Whether another client is answered soon. */
async function answersMeanwhile(baseUrl: string, report: Report, pause: number): Promise<boolean> {
  await sleep(pause)
  const begun = performance.now()
  report.calls++
  const isAnswered = await answers(baseUrl)
  const waited = Math.round(performance.now() - begun)
  if (isAnswered && waited <= patience / 2) return true
  const others = isAnswered
    ? `other clients wait ${waited} ms`
    : `no other client is answered within ${patience / 1000} seconds`
  report.add('held-up', 'connections', `while ${many} connections are slow, ${others}`)
  return false
}

const answers = (baseUrl: string): Promise<boolean> =>
  exchange(`${baseUrl}/.well-known/ai-plugin.json`, { longest: patience }).then(
    () => true,
    () => false,
  )
