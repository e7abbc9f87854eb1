import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OAuthSettings } from '../src/oauth/settings.ts'
import type { Code } from '../src/rules/rules.ts'

/** Each can be switched on in an authorization server that is right otherwise, and must be found as this. */
export const flowMutants = {
  'consent-loops': 'oauth-flow',
  'sign-in-500': 'oauth-flow',
  'no-code': 'oauth-flow',
  'state-decoded': 'oauth-state',
  'no-state': 'oauth-state',
  'no-iss': 'oauth-issuer',
  'token-201': 'oauth-token-answer',
  'token-type': 'oauth-token-answer',
  'expires-text': 'oauth-token-answer',
  'token-cached': 'oauth-token-cache',
  'no-pkce': 'oauth-pkce',
  'pkce-optional': 'oauth-pkce',
  'any-secret': 'oauth-secret',
  'secret-optional': 'oauth-secret',
  'any-callback-at-token': 'oauth-code-stolen',
  'any-client': 'oauth-code-stolen',
  'any-client-refreshes': 'oauth-code-stolen',
  'code-again': 'oauth-code-again',
  'code-raced': 'oauth-code-again',
  'code-not-withdrawn': 'oauth-code-withdrawn',
  'callback-prefix': 'oauth-redirect',
  'callback-host': 'oauth-redirect',
  'refresh-again': 'oauth-refresh-again',
  'family-lives': 'oauth-code-withdrawn',
  'revocation-ignored': 'oauth-revocation',
  'revocation-500': 'oauth-revocation',
  'all-scopes': 'oauth-scope',
  'exchange-500': 'server-error',
  'read-token-writes': 'scope-ignored',
  'any-grant-type': 'oauth-grant-type',
  'password-grant': 'oauth-request',
  'token-by-get': 'oauth-method',
  'json-only': 'oauth-content-type',
  'verifier-not-hashed': 'oauth-pkce',
  'pkce-plain': 'oauth-pkce-plain',
  'any-challenge-method': 'oauth-pkce',
  'pkce-downgraded': 'oauth-request',
  'callback-slash': 'oauth-redirect',
  'callback-case': 'oauth-redirect',
  'callback-query': 'oauth-redirect',
  'callback-port': 'oauth-redirect',
  'last-callback': 'oauth-redirect',
  'error-redirect': 'oauth-redirect',
  'unknown-client': 'oauth-redirect',
  implicit: 'oauth-implicit',
  'any-response-type': 'oauth-request',
  'no-frame-policy': 'oauth-framing',
  'script-cookie': 'oauth-cookie',
  'refusal-ignored': 'oauth-consent',
  'any-password': 'oauth-password',
  'page-unescaped': 'oauth-injection',
  'refresh-announced': 'oauth-token-answer',
  'hour-in-milliseconds': 'oauth-token-answer',
  'state-lost-on-error': 'oauth-state',
  'unknown-scope': 'oauth-scope',
  'scope-grows': 'oauth-scope',
  'expires-in-milliseconds': 'oauth-token-answer',
  'no-expires-in': 'oauth-expires-in',
  'scope-list': 'oauth-token-answer',
  'token-html': 'oauth-token-answer',
  'short-code': 'oauth-guessable',
  'odd-error-code': 'oauth-refusal',
  'secret-in-header-ignored': 'oauth-secret',
  'refresh-without-secret': 'oauth-secret',
  'access-not-withdrawn': 'oauth-code-withdrawn',
  'never-expires': 'oauth-expiry',
  'users-mixed': 'user-shared',
  'refresh-token-is-access-token': 'auth-any-token',
  'access-token-refreshes': 'oauth-any-code',
  'refreshed-for-another': 'oauth-user',
} as const satisfies Record<string, Code>

export type FlowDefect = keyof typeof flowMutants

interface Grant {
  id: number
  client: string
  callback: string
  challenge: string
  method: string
  user: string
  scope: string
}

const clients: Record<string, { secret: string; callback: string }> = {
  one: { secret: 'secret-of-the-first-client', callback: 'https://one.example/callback' },
  two: { secret: 'secret-of-the-second-client', callback: 'https://two.example/callback' },
}
const users: Record<string, string> = { ada: 'password of ada', bob: 'password of bob' }

export const settings: OAuthSettings = {
  clientId: 'one',
  clientSecret: 'secret-of-the-first-client',
  redirectUri: 'https://one.example/callback',
  readScope: 'read',
  secondClient: {
    clientId: 'two',
    clientSecret: 'secret-of-the-second-client',
    redirectUri: 'https://two.example/callback',
  },
  signIn: { username: 'ada', password: 'password of ada' },
  secondSignIn: { username: 'bob', password: 'password of bob' },
}

/** A plugin with one counter for each user, and its authorization server, in plain node:http. */
export async function serveAuthorization(defect?: FlowDefect, lifetime = 3600, isSpecAlone = false) {
  const on = (name: FlowDefect) => name === defect
  const codes = new Map<string, Grant & { isUsed?: boolean }>()
  const refreshes = new Map<string, Grant & { isUsed?: boolean }>()
  const accesses = new Map<string, Grant & { isUsed?: boolean }>()
  const withdrawn = new Set<number>()
  const sessions = new Map<string, string>()
  const counters = new Map<string, number>()
  let lastUser = ''
  const life = on('never-expires') ? 1 : lifetime
  const ends = new Map<string, number>()
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => send(response, 500, { error: error.message }))
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: () => server.close(() => server.closeAllConnections()) }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', url)
    const body = request.method === 'POST' ? await text(request) : ''
    const isJson = /json/.test(request.headers['content-type'] ?? '')
    const { pathname } = target
    const isGet = request.method === 'GET' && on('token-by-get')
    if (pathname === '/token' && request.method !== 'POST' && !isGet)
      return send(response, 405, { error: 'invalid_request' }, { allow: 'POST' })
    if (pathname === '/token' && on('json-only') && !isJson) return send(response, 400, { error: 'invalid_request' })
    const form = isJson ? new URLSearchParams(toObject(body)) : isGet ? target.searchParams : new URLSearchParams(body)
    if (pathname === '/logo.png') return void response.writeHead(200, { 'content-type': 'image/png' }).end('x')
    const document = documents()[pathname]
    if (document) return send(response, 200, document)
    if (pathname === '/authorize') return authorize(target.searchParams, request, form, response)
    if (pathname === '/token') return token(form, request.headers.authorization ?? '', response)
    if (pathname === '/revoke') return revoke(form, response)
    if (pathname === '/counter') return counter(request, response)
    send(response, 404, { title: 'Nothing is here' })
  }

  function authorize(
    query: URLSearchParams,
    request: IncomingMessage,
    form: URLSearchParams,
    response: ServerResponse,
  ) {
    const id = query.get('client_id') ?? ''
    const callbacks = query.getAll('redirect_uri')
    const callback = callbacks[0] ?? ''
    const known = clients[id]?.callback
    const isKnown = known === undefined ? on('unknown-client') : isRegistered(callback, known)
    const type = query.get('response_type')
    const fail = (error: string) => {
      const to = new URL(callback)
      to.searchParams.set('error', error)
      if (!on('state-lost-on-error')) to.searchParams.set('state', query.get('state') ?? '')
      response.writeHead(303, { location: to.href }).end()
    }
    if (type !== 'code' && on('error-redirect')) return fail('unsupported_response_type')
    if (!isKnown || (callbacks.length > 1 && !on('last-callback')))
      return page(response, 400, 'Unknown client', on('page-unescaped') ? `<p>${callback}` : '')
    const method = query.get('code_challenge_method')
    if (type === 'token' && on('implicit')) {
      const to = `${callback}#access_token=made&token_type=bearer&state=${encodeURIComponent(query.get('state') ?? '')}`
      return void response.writeHead(303, { location: to }).end()
    }
    if (type !== 'code' && !on('any-response-type')) return fail('unsupported_response_type')
    if (method && method !== 'S256' && !(method === 'plain' && on('pkce-plain')) && !on('any-challenge-method'))
      return fail('invalid_request')
    const scopes = (query.get('scope') ?? '')
      .split(' ')
      .filter((one) => on('unknown-scope') || /^(read|write)$/.test(one))
    const session = /session=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    const user = sessions.get(session)
    if (form.get('action') === 'sign-in') {
      if (on('sign-in-500')) return page(response, 500, 'It failed', '')
      const name = form.get('email') ?? ''
      if (users[name] !== form.get('pass') && !(on('any-password') && users[name]))
        return page(response, 200, 'Try again', signInForm)
      const fresh = randomBytes(8).toString('hex')
      sessions.set(fresh, name)
      const more = on('script-cookie') ? '' : '; HttpOnly; SameSite=Lax'
      response.setHeader('set-cookie', `session=${fresh}; Path=/authorize${more}`)
      return void response.writeHead(303, { location: request.url }).end()
    }
    if (user === undefined) return page(response, 200, 'Sign in', signInForm, on('no-frame-policy'))
    if (form.get('action') === 'deny' && !on('refusal-ignored')) return fail('access_denied')
    if (!form.get('action') || on('consent-loops')) return page(response, 200, 'Allow?', consentForm)
    const code = randomBytes(on('short-code') ? 4 : 16).toString('hex')
    lastUser = user
    codes.set(code, {
      id: codes.size,
      client: id,
      callback,
      challenge: query.get('code_challenge') ?? '',
      method: method ?? '',
      user,
      scope: on('all-scopes') ? 'read write' : scopes.join(' '),
    })
    const to = new URL((on('last-callback') && callbacks.at(-1)) || callback)
    if (!on('no-code')) to.searchParams.set('code', code)
    if (!on('no-iss')) to.searchParams.set('iss', url)
    const state = query.get('state') ?? ''
    if (!on('no-state'))
      to.searchParams.set('state', on('state-decoded') ? decodeURIComponent(state.replaceAll('%2B', '+')) : state)
    response.writeHead(303, { location: to.href }).end()
  }

  function isRegistered(given: string, known: string): boolean {
    if (on('callback-prefix')) return given.startsWith(known)
    if (on('callback-host')) return given.endsWith('/callback')
    if (on('callback-slash')) return given.replace(/\/$/, '') === known
    if (on('callback-case')) return given.toLowerCase() === known
    if (on('callback-query')) return given.split('?')[0] === known
    if (on('callback-port')) return given.replace(/:\d+/, '') === known
    return given === known
  }

  async function token(form: URLSearchParams, authorization: string, response: ServerResponse): Promise<void> {
    const refuse = (error: string) => send(response, on('exchange-500') ? 500 : 400, { error })
    const type = form.get('grant_type')
    const [ofHeader, secretOfHeader] = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')
    const id = form.get('client_id') ?? ofHeader ?? ''
    const secret = form.get('client_secret') ?? secretOfHeader ?? null
    const isKnown =
      clients[id] &&
      (secret === clients[id].secret ||
        on('any-secret') ||
        (secret === null && on('secret-optional')) ||
        (type === 'refresh_token' && on('refresh-without-secret')) ||
        (authorization !== '' && on('secret-in-header-ignored')))
    if (!isKnown) return refuse(on('odd-error-code') ? 'bad_client' : 'invalid_client')
    if (type === 'refresh_token') return refresh(id, form, response)
    if (type === 'password' && on('password-grant'))
      return give({ id: -1, client: id, callback: '', challenge: '', method: '', user: 'ada', scope: 'read' }, response)
    if (type !== 'authorization_code' && !on('any-grant-type')) return refuse('unsupported_grant_type')
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    if (!grant) return refuse('invalid_grant')
    if (grant.isUsed && !on('code-again') && !on('code-raced')) {
      if (!on('code-not-withdrawn')) withdrawn.add(grant.id)
      return refuse('invalid_grant')
    }
    const verifier = form.get('code_verifier') ?? ''
    const isPlain = grant.method === 'plain' || on('verifier-not-hashed')
    const isProved =
      createHash('sha256').update(verifier).digest('base64url') === grant.challenge ||
      (isPlain && verifier === grant.challenge) ||
      (grant.challenge === '' && (verifier === '' || on('pkce-downgraded'))) ||
      (on('any-challenge-method') && grant.method !== 'S256')
    if (!isProved && !on('no-pkce') && !(verifier === '' && on('pkce-optional'))) return refuse('invalid_grant')
    if (grant.client !== id && !on('any-client')) return refuse('invalid_grant')
    if (form.get('redirect_uri') !== grant.callback && !on('any-callback-at-token')) return refuse('invalid_grant')
    if (on('code-raced')) {
      if (grant.isUsed) return refuse('invalid_grant')
      // Long enough for the other calls to arrive on a busy machine.
      await sleep(250)
    }
    grant.isUsed = true
    give(grant, response)
  }

  function refresh(client: string, form: URLSearchParams, response: ServerResponse) {
    const value = form.get('refresh_token') ?? ''
    const grant = refreshes.get(value) ?? (on('access-token-refreshes') ? accesses.get(value) : undefined)
    const refuse = () => send(response, 400, { error: 'invalid_grant' })
    if (!grant || withdrawn.has(grant.id)) return refuse()
    if (grant.client !== client && !on('any-client-refreshes')) return refuse()
    if (grant.isUsed && !on('refresh-again')) {
      if (!on('family-lives')) withdrawn.add(grant.id)
      return refuse()
    }
    grant.isUsed = true
    const wanted = form.get('scope')
    if (on('refreshed-for-another')) counters.set('bob', 7)
    if (wanted === null) return give(on('refreshed-for-another') ? { ...grant, user: 'bob' } : grant, response)
    const isMore = wanted.split(' ').some((one) => !grant.scope.split(' ').includes(one))
    if (isMore && !on('scope-grows')) return send(response, 400, { error: 'invalid_scope' })
    give({ ...grant, scope: wanted }, response)
  }

  function give({ isUsed: _, ...grant }: Grant & { isUsed?: boolean }, response: ServerResponse) {
    const [access, next] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
    ends.set(access, Date.now() + lifetime * 1000)
    accesses.set(access, on('users-mixed') ? { ...grant, user: lastUser } : grant)
    refreshes.set(next, grant)
    send(
      response,
      on('token-201') ? 201 : 200,
      {
        access_token: access,
        token_type: on('token-type') ? 'access' : 'Bearer',
        ...(!on('no-expires-in') && {
          expires_in: on('expires-text')
            ? '3600'
            : on('expires-in-milliseconds')
              ? 3_600_000_000_000
              : on('hour-in-milliseconds')
                ? 3_600_000
                : life,
        }),
        ...(!on('refresh-announced') && { refresh_token: next }),
        scope: on('scope-list') ? grant.scope.split(' ') : grant.scope,
      },
      {
        ...(!on('token-cached') && { 'cache-control': 'no-store' }),
        ...(on('token-html') && { 'content-type': 'text/html' }),
      },
    )
  }

  function revoke(form: URLSearchParams, response: ServerResponse) {
    if (on('revocation-500')) return send(response, 500, {})
    const value = form.get('token') ?? ''
    const grant = refreshes.get(value) ?? accesses.get(value)
    if (grant && !on('revocation-ignored')) withdrawn.add(grant.id)
    send(response, 200, {})
  }

  function counter(request: IncomingMessage, response: ServerResponse) {
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' }
    if (request.method === 'OPTIONS')
      return void response.writeHead(204, { ...cors, 'access-control-allow-methods': 'GET, HEAD, POST' }).end()
    response.setHeaders(new Map(Object.entries({ ...cors, 'cache-control': 'no-store' })))
    const given = /^Bearer (\w+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const grant = accesses.get(given) ?? (on('refresh-token-is-access-token') ? refreshes.get(given) : undefined)
    const isOver = Date.now() > (ends.get(given) ?? Number.POSITIVE_INFINITY)
    const isWithdrawn = grant && withdrawn.has(grant.id) && !on('access-not-withdrawn')
    if (!grant || isWithdrawn || isOver)
      return send(response, 401, { title: 'Sign in' }, { 'www-authenticate': 'Bearer' })
    const { user, scope } = grant
    if (request.method === 'POST') {
      if (!scope.includes('write') && !on('read-token-writes'))
        return send(
          response,
          403,
          { title: 'You may only read' },
          { 'www-authenticate': 'Bearer error="insufficient_scope"' },
        )
      counters.set(user, (counters.get(user) ?? 0) + 1)
    } else if (request.method !== 'GET' && request.method !== 'HEAD')
      return send(response, 405, { title: 'Use GET or POST' }, { allow: 'GET, HEAD, POST' })
    send(response, 200, { count: counters.get(user) ?? 0 })
  }

  function documents(): Record<string, unknown> {
    const answers = {
      200: {
        description: 'The count',
        content: {
          'application/json': {
            schema: { type: 'object', required: ['count'], properties: { count: { type: 'integer' } } },
          },
        },
      },
      default: { description: 'A problem', content: { 'application/json': { schema: { type: 'object' } } } },
    }
    const operation = (operationId: string, summary: string) => ({
      operationId,
      summary,
      description: summary,
      responses: answers,
    })
    const flows = {
      authorizationCode: {
        authorizationUrl: '/authorize',
        tokenUrl: `${url}/token`,
        scopes: { read: 'Read', write: 'Write' },
      },
    }
    const scheme = isSpecAlone ? { type: 'oauth2', flows } : { type: 'http', scheme: 'bearer' }
    const manifest = {
      '/.well-known/ai-plugin.json': {
        schema_version: 'v1',
        name_for_human: 'Counter',
        name_for_model: 'counter',
        description_for_human: 'Counts.',
        description_for_model: 'Counts.',
        auth: {
          type: 'oauth',
          client_url: `${url}/authorize`,
          scope: 'read write',
          authorization_url: `${url}/token`,
          authorization_content_type: 'application/x-www-form-urlencoded',
          verification_tokens: {},
        },
        api: { type: 'openapi', url: `${url}/openapi.json` },
        logo_url: `${url}/logo.png`,
        contact_email: 'counter@example.com',
        legal_info_url: `${url}/legal`,
      },
    }
    return {
      ...(!isSpecAlone && manifest),
      '/.well-known/oauth-protected-resource': { resource: url, authorization_servers: [url] },
      '/.well-known/oauth-authorization-server': {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        revocation_endpoint: `${url}/revoke`,
        response_types_supported: ['code'],
        grant_types_supported: ['authorization_code', ...(on('refresh-announced') ? ['refresh_token'] : [])],
        authorization_response_iss_parameter_supported: true,
      },
      '/legal': {},
      '/openapi.json': {
        openapi: '3.1.0',
        info: { title: 'Counter', version: '1', description: 'Counts' },
        servers: [{ url }],
        paths: {
          '/counter': { get: operation('getCount', 'Read the count'), post: operation('count', 'Count one on') },
        },
        components: { schemas: {}, securitySchemes: { bearer: scheme } },
        security: [{ bearer: [] }],
      },
    }
  }
}

const signInForm = `<form method="post"><input name="email"><input name="pass" type="password">
<button name="action" value="sign-up">Register</button><button name="action" value="sign-in">Go on</button></form>`
const consentForm = `<form method="post"><button name="action" value="deny">Deny</button>
<button name="action" value="allow">Allow</button></form>`

const toObject = (body: string): Record<string, string> => {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}

function page(response: ServerResponse, status: number, title: string, body: string, isFramed = false): void {
  const frames = isFramed ? {} : { 'x-frame-options': 'DENY' }
  response
    .writeHead(status, { 'content-type': 'text/html', ...frames })
    .end(`<!doctype html><title>${title}</title>${body}`)
}

function send(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*', ...headers })
    .end(JSON.stringify(value))
}
