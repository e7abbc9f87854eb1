import { parseArgs } from 'node:util'
import { writeFigures } from './figures.ts'
import { clientOf } from './instances.ts'
import { describeMachine } from './machine.ts'
import { onPostgres, parts } from './parts.ts'
import { closePostgres, openPostgres } from './postgres.ts'
import { isKnown } from './server.ts'

const usage = `Usage: pnpm bench [${Object.keys(parts).join('|')}]…
  --rounds 5, --seconds 2, --connections 32
  --only todo,http-postgres   only these servers
  --before FOLDER             another checkout, for the part "before"
  --write                     writes the tables into docs/figures.md`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string' },
    before: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
  only: values.only?.split(','),
  before: values.before,
}
const names = positionals.length > 0 ? positionals : Object.keys(parts)
const areKnown = names.every((name) => Object.hasOwn(parts, name)) && (options.only ?? []).every(isKnown)
if (!(options.rounds > 0 && options.seconds > 0 && options.connections > 0 && areKnown)) {
  console.error(usage)
  process.exit(2)
}

for (const name of names) {
  const version = onPostgres.includes(name) ? await openPostgres() : undefined
  if (!version && name === 'postgres') {
    console.log(`${name}: skipped, because Postgres is not installed\n`)
    continue
  }
  // Twice as many, so that each of two instances is as busy as one in the other parts.
  const connections = name === 'instances' ? 2 * options.connections : options.connections
  const heading =
    `${new Date().toISOString().slice(0, 10)}, Node.js ${process.version}${version ? `, Postgres ${version}` : ''}, ` +
    `${await describeMachine(options.seconds)}. ${name === 'instances' ? clientOf(options) : 'autocannon'} with ${connections} connections; ` +
    `medians of ${options.rounds} rounds of ${options.seconds} s, after a warm-up.`
  // The other parts can be measured.
  const tables = await parts[name]?.({ ...options, connections }).catch((error) => {
    console.error(`${name}:`, error)
    process.exitCode = 1
  })
  if (!tables || tables.length === 0) continue
  const text = [heading, ...tables].join('\n\n')
  console.log(`${name}: ${text}\n`)
  if (values.write) writeFigures(name, text)
}
await closePostgres()
