import assert from 'node:assert/strict'
import net from 'node:net'

/** Reads a document, and asserts that this starts no connection. The reader has to be synchronous. */
export function offline<Result>(read: () => Result): Result {
  const { connect } = net.Socket.prototype
  const { fetch } = globalThis
  let connections = 0
  const refuse = (): never => {
    connections++
    throw new Error('no document may be fetched')
  }
  net.Socket.prototype.connect = refuse
  globalThis.fetch = refuse
  try {
    return read()
  } finally {
    net.Socket.prototype.connect = connect
    globalThis.fetch = fetch
    assert.equal(connections, 0)
  }
}
