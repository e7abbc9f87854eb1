import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../finding.ts'

const many = 20
const patience = 3_000

/** Senders who stop in the middle must hold nobody else up. Plain http only: behind TLS a proxy takes the blows. */
export async function checkConnections(baseUrl: string, report: Report): Promise<void> {
  const { protocol, hostname, port } = new URL(baseUrl)
  if (protocol !== 'http:') return report.skip('connections', 'slow senders', 'it is behind https')
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
    const signal = AbortSignal.timeout(patience)
    await Promise.all(sockets.map((socket) => once(socket, 'connect', { signal }).catch(() => {})))
    // A server that is busy takes the senders in after a while, and is asked once more.
    if (await answersMeanwhile(baseUrl, report)) await answersMeanwhile(baseUrl, report)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  await sleep(50)
  if (!(await answers(baseUrl)))
    report.add('held-up', 'connections', 'after broken connections it does not answer any more')
}

/** Whether somebody else is answered, and soon. */
async function answersMeanwhile(baseUrl: string, report: Report): Promise<boolean> {
  await sleep(150)
  const begun = performance.now()
  report.calls++
  const isAnswered = await answers(baseUrl)
  const waited = Math.round(performance.now() - begun)
  if (isAnswered && waited <= patience / 2) return true
  const others = isAnswered ? `others wait ${waited} ms` : `nobody else is answered within ${patience / 1000} seconds`
  report.add('held-up', 'connections', `while ${many} senders are slow, ${others}`)
  return false
}

const answers = (baseUrl: string): Promise<boolean> =>
  fetch(`${baseUrl}/.well-known/ai-plugin.json`, { signal: AbortSignal.timeout(patience) })
    .then((answer) => answer.text())
    .then(
      () => true,
      () => false,
    )
