import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database } from '@reference-plugins/store'

/** All that a database holds: the bytes of its files, also of what was deleted, or each row of its tables on Postgres. */
export async function storedText(database: Database, url: string): Promise<string> {
  if (database.engine === 'postgres') {
    const found = await database.get<{ content: string }>`
      SELECT CAST(database_to_xml(true, false, '') AS text) AS content`
    return found?.content ?? ''
  }
  const file = url.slice('file:'.length)
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(basename(file)))
    .map((name) => readFileSync(join(dirname(file), name), 'latin1'))
    .join('')
}
