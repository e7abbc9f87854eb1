import type { Database } from '@reference-plugins/store'

/** Notes of one owner by their keys, in any order. The engines share no SQL for a list of values. */
export function notesByKey<Row>(database: Database, owner: string, keys: readonly number[]): Promise<Row[]> {
  return database.engine === 'sqlite'
    ? database.all<Row>`
        SELECT * FROM note WHERE owner = ${owner} AND key IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`
    : database.all<Row>`
        SELECT * FROM note WHERE owner = ${owner} AND key = ANY (${`{${keys.join(',')}}`}::bigint[])`
}
