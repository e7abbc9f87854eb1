import { AcpError } from './acp-error.ts'

/** In milliseconds: less than agents and proxies wait. */
const longestWait = 40_000

/** The result of work that goes on by itself if it takes too long. @throws AcpError 503 */
export async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () =>
      late.reject(
        new AcpError(503, 'service_unavailable', 'It takes long, and goes on: send the same request again', undefined, {
          'retry-after': '5',
        }),
      ),
    longestWait,
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
