import { subscribe } from 'node:diagnostics_channel'
import { openChannel } from '../open-database.ts'

// With --import: ends the program as soon as it has opened its database, and so migrated it.
const longestStart = 60_000

let isOpen = false

subscribe(openChannel, () => {
  isOpen = true
  process.exit(0)
})
setTimeout(() => {
  console.error('the program has opened no database')
  process.exit(1)
}, longestStart).unref()
process.on('exit', (code) => {
  if (code === 0 && !isOpen) process.exitCode = 1
})
