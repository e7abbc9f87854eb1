import type { Database } from '@reference-plugins/store'

/** The keys and times of articles by their keys, in any order. The engines share no SQL for a list of values. */
export function articleTimes(
  database: Database,
  keys: readonly number[],
): Promise<{ key: number; sorted_at: string }[]> {
  return database.engine === 'sqlite'
    ? database.all`
        SELECT a.key, a.sorted_at FROM json_each(${JSON.stringify(keys)}) found CROSS JOIN article a ON a.key = found.value`
    : database.all`SELECT key, sorted_at FROM article WHERE key = ANY (${`{${keys.join(',')}}`}::bigint[])`
}
