import pg from 'pg'
import { DatabaseError } from '../database.ts'

// Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html

/** The connection ended without an answer of the server. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection'
}

/** The error of a statement as one of three: the server's, that of a value that cannot be read or sent, or a lost connection. */
export const toStatementError = (error: unknown): unknown =>
  error instanceof pg.DatabaseError || error instanceof RangeError || error instanceof TypeError
    ? error
    : new LostConnection((error as Error).message, { cause: error })

const codeOf = (error: unknown): string => (error instanceof pg.DatabaseError && error.code) || ''

/** Whether the connection is of no more use: it is gone, or its server is read-only since another one took over (25006). */
export const isLost = (error: unknown): boolean =>
  error instanceof LostConnection ||
  (error instanceof pg.DatabaseError && (['FATAL', 'PANIC'].includes(error.severity ?? '') || error.code === '25006'))

/** Another transaction came between. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

/** A pooler sent the statement to a connection where it was not prepared. */
export const isPooled = (error: unknown): boolean => ['26000', '42P05'].includes(codeOf(error))

/** The statement was prepared for other tables, or elsewhere. It succeeds on a new connection. */
export const isStale = (error: unknown): boolean =>
  isPooled(error) || (codeOf(error) === '0A000' && (error as pg.DatabaseError).routine === 'RevalidateCachedQuery')

const duplicateOf = (error: unknown): string =>
  codeOf(error) === '23505' ? `${(error as pg.DatabaseError).constraint} ${(error as pg.DatabaseError).detail}` : ''

/**
 * Whether a transaction that was not committed may succeed if it runs again. Two that each insert the next number insert the
 * same one, and one of them fails with a duplicate; when it runs again, it sees the row of the other. If it fails with the
 * same row again, it always will.
 */
export const isRetried = (error: unknown, before?: unknown): boolean =>
  isConflict(error) || isLost(error) || isStale(error) || !['', duplicateOf(before)].includes(duplicateOf(error))

// No resources, an operator or the limit of time, the server's own system, a lock.
const unavailable = /^(53|57|58|55P03)/

/** The error that a caller sees: 503 if the database is not available, and unchanged if the statement is wrong. */
export function toFault(error: unknown, consequence: string): unknown {
  if (!(isLost(error) || isConflict(error) || isStale(error) || unavailable.test(codeOf(error)))) return error
  return new DatabaseError(`${consequence}: ${(error as Error).message}`, { cause: error })
}
