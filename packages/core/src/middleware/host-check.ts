import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'

// The whole header, and fewer names than isLoopback accepts: only those under which a plugin on this machine is called.
const ownMachine = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/**
 * Refuses requests for another host. A page on the web can point its own name at 127.0.0.1 to read a plugin on the
 * user's machine (DNS rebinding), but its requests carry that name.
 * @param open paths that reveal nothing, which load balancers request by address
 */
export function hostCheck(publicUrl: string, open: readonly string[]): Middleware {
  const { host: own, protocol } = new URL(publicUrl)
  const withPort = `${own}:${protocol === 'https:' ? 443 : 80}`
  const isOwn = (host: string) => host === own || host.toLowerCase() === own || host.toLowerCase() === withPort
  return (ctx, next) => {
    const { host } = ctx.req.headers
    if (host === undefined || hasTwoHosts(ctx.req))
      throw new Problem(400, 'Send one Host header, with the name of this server')
    if (!isOwn(host) && !ownMachine.test(host) && !open.includes(ctx.path))
      throw new Problem(
        421,
        `This server only answers for ${own}: use that address, or set PUBLIC_URL to the address in use`,
      )
    return next()
  }
}

/** Node keeps the first of two headers, but a proxy in front may have checked the second. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count > 1
}
