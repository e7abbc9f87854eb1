import { type Actions, type Auth, type Mount, type MountState, readBody } from '@reference-plugins/core'
import type { Context, ParameterizedContext } from 'koa'
import { protocolVersion } from '../checkout/vocabulary.ts'
import type { Shop } from '../shop.ts'
import { AcpError, errorBody } from './acp-error.ts'
import { type AcpRequest, AcpSessions, type GivenReply } from './acp-sessions.ts'
import { toDiscovery } from './discovery.ts'
import { inTime } from './in-time.ts'
import type { Reply } from './reply.ts'

type Exchange = ParameterizedContext<MountState>

const longestHeader = 255

/**
 * The REST binding of ACP 2026-04-17: `/checkout_sessions`, and `/.well-known/acp.json`. Its answers and errors are those of
 * the protocol. Specs do not list it, because its inputs are nested.
 */
export function createAcp(shop: Shop, auth: Auth, publicUrl: string, actions: () => Actions): Mount[] {
  const sessions = new AcpSessions(shop, actions)
  const discovery = JSON.stringify(toDiscovery(shop.stores, publicUrl))

  return [
    {
      path: '/checkout_sessions',
      errorBody,
      async middleware(ctx) {
        echo(ctx, 'Request-Id')
        if (ctx.method === 'POST') echo(ctx, 'Idempotency-Key')
        const { authorization } = ctx.req.headers
        const authenticate = () => auth.authenticate(authorization)
        const caller = await (authorization === undefined ? authenticate() : ctx.state.guard(authenticate))
        const call = findCall(sessions, ctx.path)
        checkMethod(ctx, call)
        checkVersion(ctx.get('API-Version'))
        if (ctx.method !== 'POST') return send(ctx, await (call.read as () => Promise<Reply>)())
        const key = readKey(ctx.get('Idempotency-Key'))
        const body = (await readBody(ctx as unknown as Context)) ?? {}
        const reply = await inTime((call.act as Act)({ caller: caller ?? { id: '' }, path: ctx.path, key, body }))
        if (reply.isReplayed) ctx.set('Idempotent-Replayed', 'true')
        send(ctx, reply)
      },
    },
    {
      path: '/.well-known/acp.json',
      errorBody,
      middleware(ctx) {
        checkMethod(ctx, { read: true })
        ctx.set({ 'Cache-Control': 'public, max-age=3600', 'Access-Control-Allow-Origin': '*' })
        ctx.body = discovery
        ctx.set('Content-Type', 'application/json')
      },
    },
  ]
}

type Act = (request: AcpRequest) => Promise<GivenReply>

/** What can be done at a path. */
interface PathCalls {
  read?: unknown
  act?: Act
}

function findCall(sessions: AcpSessions, path: string): { read?: () => Promise<Reply>; act?: Act } {
  const [, , id, step, ...more] = path.split('/')
  if (id === undefined) return { act: (request) => sessions.create(request) }
  if (/^\w[\w-]{0,40}$/.test(id) && more.length === 0) {
    if (step === undefined) return { read: () => sessions.read(id), act: (request) => sessions.update(request, id) }
    if (step === 'complete') return { act: (request) => sessions.complete(request, id) }
    if (step === 'cancel') return { act: (request) => sessions.cancel(request, id) }
  }
  throw new AcpError(404, 'not_found', 'Nothing is at this path: POST /checkout_sessions starts a session')
}

function checkMethod({ method }: Exchange, { read, act }: PathCalls): void {
  const allowed = [...(read ? ['GET', 'HEAD'] : []), ...(act ? ['POST'] : [])]
  if (allowed.includes(method)) return
  const allow = allowed.join(', ')
  throw new AcpError(405, 'method_not_allowed', `Use ${allow}`, undefined, { allow })
}

function checkVersion(version: string): void {
  if (version === protocolVersion) return
  throw version === ''
    ? new AcpError(400, 'missing_api_version', `Send the header "API-Version: ${protocolVersion}"`)
    : new AcpError(400, 'unsupported_api_version', `The version ${version.slice(0, 40)} of ACP is not supported here`)
}

function readKey(key: string): string {
  if (key === '')
    throw new AcpError(
      400,
      'idempotency_key_required',
      'Send the header Idempotency-Key, with a new UUID for each request',
    )
  if (key.length <= longestHeader) return key
  throw new AcpError(
    400,
    'idempotency_key_invalid',
    `The Idempotency-Key may have ${longestHeader} characters: send a UUID`,
  )
}

function echo(ctx: Exchange, name: string): void {
  const value = ctx.get(name)
  if (value !== '' && value.length <= longestHeader) ctx.set(name, value)
}

function send(ctx: Exchange, { status, body }: Reply): void {
  ctx.status = status
  // Nothing but another state would allow it.
  if (status === 405) ctx.set('Allow', 'OPTIONS')
  ctx.body = JSON.stringify(body)
  ctx.set('Content-Type', 'application/json')
}
