import { DatabaseError } from '../database.ts'

/** The code of an error: SQLSTATE from the server, or that of the operating system. */
export const codeOf = (error: unknown): string => (error as { code?: string }).code ?? ''

/** Another transaction came between: the whole transaction must run again. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

/** The connection or the server is gone, or the server refuses work for now. */
export const isUnavailable = (error: unknown): boolean =>
  !/^[0-9A-Z]{5}$/.test(codeOf(error)) || /^(08|53|57|58|25006|55P03)/.test(codeOf(error))

/** An error as callers see it: 503 where the database is not available, and unchanged where the statement is wrong. */
export function toFault(error: unknown, what: string): Error {
  if (error instanceof DatabaseError) return error
  if (!(isUnavailable(error) || isConflict(error))) return error as Error
  return new DatabaseError(`${what}: ${(error as Error).message}`)
}
