import type { Database } from '@reference-plugins/store'

/**
 * Notes of one owner by their keys, in any order. The engines share no SQL for a list of values. CROSS JOIN makes SQLite look
 * up the keys, and not read all notes of the owner.
 */
export async function notesByKey<Row>(database: Database, owner: string, keys: readonly number[]): Promise<Row[]> {
  if (keys.length === 0) return []
  return database.engine === 'sqlite'
    ? database.all<Row>`
        SELECT n.* FROM json_each(${JSON.stringify(keys)}) found CROSS JOIN note n ON n.key = found.value WHERE n.owner = ${owner}`
    : database.all<Row>`SELECT * FROM note WHERE owner = ${owner} AND key = ANY (${`{${keys.join(',')}}`}::bigint[])`
}
