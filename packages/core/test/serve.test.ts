import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { temporaryDatabase } from '@reference-plugins/store/temporary'

/** Sends SIGTERM to a plugin as soon as it prints `line`. */
async function stopAt(line: string, startTime: number) {
  const port = createServer().listen(0, '127.0.0.1')
  await once(port, 'listening')
  const PORT = String((port.address() as { port: number }).port)
  port.close()
  const file = join(import.meta.dirname, 'served-plugin.ts')
  const served = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, String(startTime)], {
    env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: temporaryDatabase(), PORT },
  })
  let output = ''
  served.stdout.on('data', (chunk) => {
    if (!output.includes(line) && `${output}${chunk}`.includes(line)) served.kill('SIGTERM')
    output += chunk
  })
  const [exit, errors] = await Promise.all([once(served, 'close'), text(served.stderr)])
  return { exit, errors, output }
}

describe('SIGTERM', { concurrency: true }, () => {
  test('ends a plugin cleanly while it starts', async () => {
    assert.deepEqual(await stopAt('starting', 60_000), { exit: [0, null], errors: '', output: 'starting\n' })
  })

  test('ends a plugin cleanly as soon as it says that it is ready', async () => {
    const { exit, errors, output } = await stopAt('is ready', 0)
    assert.match(output, /slow is ready at .*, 1 handlers$/m)
    assert.deepEqual([exit, errors], [[0, null], ''])
  })
})
