#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { spawn } from 'node:child_process'
import { startPostgres } from '@reference-plugins/store/temporary-postgres'

// with-postgres.ts COMMAND… starts a new Postgres server in a temporary folder, runs the command with its URL in the
// variable POSTGRES, and removes everything. Without Postgres on this machine it prints a message and runs nothing.
const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  console.error('Usage: with-postgres.ts COMMAND…')
  process.exit(2)
}
const cluster = await startPostgres()
if (!cluster) {
  console.log('skipped: Postgres is not installed (Debian: apt-get install postgresql)')
  process.exit(0)
}
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, POSTGRES: cluster.url } })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
child.on('error', (error) => console.error(error.message))
child.on('close', async (code) => {
  await cluster.stop()
  process.exitCode = code ?? 1
})
