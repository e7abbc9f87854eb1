#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { parseArgs } from 'node:util'
import { moveDatabase } from '../src/move/move-database.ts'

const usage = `Usage: pnpm database move FROM TO --program NAME
Copies all data from one database to an empty one, and compares the counts and checksums of both. Stop the program first.
  FROM, TO  file:PATH and postgres://USER@HOST/NAME, or the other way round
  NAME      whose data they are: a plugin of this workspace, host, or a folder with src/main.ts.
            It is started to make its tables, so set its variables as usual`

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { program: { type: 'string' } } })
  const [command, from, to, ...more] = positionals
  if (command !== 'move' || !from || !to || more.length > 0 || !values.program) throw new Error(usage)
  const start = performance.now()
  const { tables, indexes } = await moveDatabase(from, to, values.program, process.cwd())
  for (const { name, rows, checksum } of tables) console.log(`${name}: ${rows} rows, checksum ${checksum}`)
  const count = tables.reduce((sum, { rows }) => sum + rows, 0)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(
    `Moved ${count} rows of ${tables.length} tables in ${seconds} s. Counts and checksums are the same in both.`,
  )
  if (indexes.length > 0) console.log(`The program builds ${indexes.join(' and ')} at its next start.`)
} catch (error) {
  const { message } = error as Error
  console.error(message === usage ? usage : `Nothing was moved: ${message}`)
  process.exitCode = 1
}
