import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'

// Fewer names than isLoopback takes, and the whole header: these are all by which a plugin on this machine is asked.
const ownMachine = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/**
 * Refuses requests for another host. A page on the web can point a name of its own at 127.0.0.1 and would then
 * read a plugin on the user's machine (DNS rebinding); its requests carry that name.
 * @param open paths that say nothing, and that load balancers ask for by address
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
        `This server answers for ${own} only: use that address, or set PUBLIC_URL to the one in use`,
      )
    return next()
  }
}

/** Node keeps the first of two, a proxy in front may have looked at the second. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count > 1
}
