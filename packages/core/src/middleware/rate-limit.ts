import type { Context, Middleware } from 'koa'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from '../problem.ts'

const window = 60
const failedTries = 100

/**
 * At most `limit` calls a minute from one address, announced as draft-ietf-httpapi-ratelimit-headers says,
 * and at most 100 with a token that is refused.
 */
export function rateLimit(limit: number): Middleware {
  const calls = new RateLimiterMemory({ points: limit, duration: window })
  const failures = new RateLimiterMemory({ points: failedTries, duration: window })
  const policy = `"default";q=${limit};w=${window}`
  return async (ctx, next) => {
    const used = await consume(calls, ctx.ip, limit)
    ctx.res.setHeader('RateLimit-Policy', policy)
    ctx.res.setHeader('RateLimit', `"default";r=${used.remainingPoints};t=${Math.ceil(used.msBeforeNext / 1000)}`)
    if (ctx.headers.authorization === undefined) return next()
    await refuseGuessing(failures, ctx)
    try {
      await next()
    } catch (error) {
      if (error instanceof Problem && error.status === 401) await failures.penalty(ctx.ip)
      throw error
    }
  }
}

async function consume(limiter: RateLimiterMemory, key: string, limit: number): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key)
  } catch (refused) {
    throw tooMany(refused as RateLimiterRes, `at most ${limit} calls a minute are answered`)
  }
}

async function refuseGuessing(failures: RateLimiterMemory, ctx: Context): Promise<void> {
  const tries = await failures.get(ctx.ip)
  if (tries && tries.consumedPoints >= failedTries) throw tooMany(tries, 'too many tokens were refused')
}

function tooMany({ msBeforeNext }: RateLimiterRes, reason: string): Problem {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
  return new Problem(429, `Wait ${seconds} seconds before you call again: ${reason}`, {
    headers: { 'retry-after': String(seconds) },
  })
}
