/** What is told of an error: a status or the name of its class, never its message, which may contain inputs. */
export function errorType(error: unknown): string {
  const { status } = Object(error)
  if (Number.isInteger(status) && status >= 400 && status < 600) return String(status)
  if (!(error instanceof Error)) return '_OTHER'
  // DOMException: the name says more than the class, and comes from Node.
  if (error instanceof DOMException) return error.name
  return error.constructor.name || '_OTHER'
}

/** The same for errors of Node and of database drivers, which have a code: `ECONNREFUSED`, `40001`. */
export function errorCodeType(error: unknown): string {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown }
    if (typeof code === 'string' && /^[A-Z0-9_]{5,50}$/.test(code)) return code
  }
  return errorType(error)
}

/** A status that means failure to its reader, as `error.type`. */
export const failedStatus = (status: number | undefined, from: 400 | 500): string | undefined =>
  status !== undefined && status >= from ? String(status) : undefined
