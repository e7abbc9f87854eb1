/**
 * How many seconds a `Retry-After` header asks to wait (RFC 9110, section 10.2.3: a number of seconds, or a date).
 * Undefined where the header is missing or cannot be read; 0 where its date has passed. There is no upper limit: set your own.
 */
export function retryAfterSeconds(header: string | null | undefined, now = Date.now()): number | undefined {
  const value = header?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value))
  // A date begins with the name of its day; Date.parse would take `-5` or `1, 2` for a date too.
  const time = /^[A-Za-z]{3,9},? /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - now) / 1000))
}
