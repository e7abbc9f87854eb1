import type { IncomingHttpHeaders } from 'node:http'
import type { Middleware } from 'koa'
import { Problem } from '../problem.ts'
import { formFault } from './request-form.ts'

// The whole header, and fewer names than isLoopback accepts: only those under which a plugin on this machine is called.
const ownMachine = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/**
 * Refuses requests for another host, and those that a proxy in front may read in another way. A page on the web can point
 * its own name at 127.0.0.1 to read a plugin on the user's machine (DNS rebinding), but its requests carry that name.
 * @param open paths that reveal nothing, which load balancers request by address
 */
export function hostCheck(publicUrl: string, open: readonly string[]): Middleware {
  const { host: own, hostname, port, protocol } = new URL(publicUrl)
  const withPort = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
  const isOwn = (host: string) => host === own || host.toLowerCase() === own || host.toLowerCase() === withPort
  // Nearly every request has the Host of the one before.
  let last: string | undefined
  return (ctx, next) => {
    const fault = formFault(ctx.req, last)
    if (fault !== undefined) throw new Problem(400, fault, { headers: closing(ctx.req.headers) })
    const host = ctx.req.headers.host as string
    if (host === last) return next()
    if (isOwn(host) || ownMachine.test(host)) last = host
    else if (!open.includes(ctx.path))
      throw new Problem(
        421,
        `This server only answers for ${own}: use that address, or set PUBLIC_URL to the address in use`,
      )
    return next()
  }
}

/** After a body whose end is uncertain, nothing more is read. */
const closing = (headers: IncomingHttpHeaders): Record<string, string> =>
  headers['transfer-encoding'] === undefined ? {} : { connection: 'close' }
