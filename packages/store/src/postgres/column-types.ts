const names: Record<string, string> = {
  TEXT: 'TEXT COLLATE "C"',
  INTEGER: 'BIGINT',
  REAL: 'DOUBLE PRECISION',
  BLOB: 'BYTEA',
}

// A column, where it is defined: after a parenthesis, a comma or COLUMN.
const column = /(?<=[(,]\s*|\bCOLUMN\s+)("[^"]+"|\w+)(\s+)(TEXT|INTEGER|REAL|BLOB)\b(?!\s+COLLATE)/g

/**
 * SQL for Postgres in which the types of columns mean what they mean in SQLite: texts are compared by their bytes, and
 * integers have 64 bits.
 */
export const withColumnTypes = (sql: string): string =>
  sql
    .replaceAll(column, (_, name: string, space: string, type: string) => `${name}${space}${names[type]}`)
    .replaceAll(/\)\s*WITHOUT ROWID/gi, ')')
