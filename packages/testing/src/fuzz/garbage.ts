import { connect } from 'node:net'
import fc from 'fast-check'

/** Bytes that no HTTP client sends: noise, and requests that stop in the middle. */
export const garbage = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      'GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      'GET /a HTTP/1.1\r\n\r\n',
      'GET * HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'GET http://localhost/a HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"a":',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
      'GET / HTTP/9.9\r\n\r\n',
      'GET /\n\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'GET /a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    )
    .map((text) => Buffer.from(text)),
)

/** Rejects when the answer is a 5xx. */
export function sendGarbage(port: number, bytes: Buffer = Buffer.alloc(0)): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    // The server waits for the rest of such a request. The next requests show whether they have to wait as well.
    setTimeout(() => socket.destroy(), 50)
    socket.on('error', () => {})
    socket.on('close', () => (/^HTTP\/1\.1 5/.test(answer) ? reject(new Error(`${bytes}: ${answer}`)) : resolve()))
  })
}
