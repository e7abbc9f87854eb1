import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Defect } from './mutants.ts'

export const tokens = {
  ada: 'token-of-ada-0123456789',
  bob: 'token-of-bob-0123456789',
  reader: 'token-of-reader-0123456789',
}

interface Note {
  id: string
  owner: string
  title: string
  priority: number
  kind: string
  tags: string[]
  createdAt: string
}

const noteSchema = {
  type: 'object',
  required: ['id', 'title', 'priority', 'kind', 'tags', 'createdAt'],
  properties: {
    id: { type: 'string' },
    title: { type: 'string' },
    priority: { type: 'integer' },
    kind: { type: 'string', enum: ['idea', 'task'] },
    tags: { type: 'array', items: { type: 'string' } },
    createdAt: { type: 'string', format: 'date-time' },
  },
}

const inputs = {
  title: { type: 'string', minLength: 1, maxLength: 50, description: 'What it is about' },
  priority: { type: 'integer', minimum: 1, maximum: 5, description: 'From 1 to 5' },
  kind: { type: 'string', enum: ['idea', 'task'], description: 'idea or task' },
  tags: { type: 'array', items: { type: 'string', maxLength: 20 }, maxItems: 3, description: 'Up to three words' },
}

const insufficient = 'Bearer error="insufficient_scope"'

/** Another way of doing the same, which is as right. */
export interface Style {
  manifest?: (manifest: Record<string, unknown>) => Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: whatever stands in a spec
  spec?: (spec: any) => any
  /** Changes the URL of a request before it is looked at. */
  request?: (url: URL) => void
  // biome-ignore lint/suspicious/noExplicitAny: whatever an answer holds
  answer?: (answer: { status: number; value: any; type: string }, request: IncomingMessage) => void
  latency?: number
  isStrict?: boolean
  isNewestFirst?: boolean
  isBasic?: boolean
}

/** A correct plugin in plain node:http, in which one defect at a time can be switched on. */
export async function serveMutant(defect: Defect | undefined, style: Style = {}) {
  const on = (name: Defect): boolean => name === defect
  const notes = new Map<string, Note>()
  let ids = 0
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) =>
      send(response, 500, { title: on('stack-trace') ? error.stack : 'It failed' }),
    )
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  // A test that fails must not keep the process alive.
  server.unref()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const openConnections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))

  function send(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
    const answer = { status, value, type: on('answer-as-text') ? 'text/plain' : 'application/json' }
    style.answer?.(answer, response.req)
    write(response, answer, headers)
  }

  function write(
    response: ServerResponse,
    { status, value, type }: { status: number; value: unknown; type: string },
    headers: Record<string, string>,
  ): void {
    response.writeHead(status, {
      ...(status !== 204 && { 'content-type': type }),
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
      ...headers,
    })
    if (type.startsWith('text/') && typeof value === 'string') return void response.end(value)
    response.end(status === 204 ? undefined : on('broken-json') && status === 200 ? '{"id":' : JSON.stringify(value))
  }
  const problem = (response: ServerResponse, status: number, title: string, headers = {}) =>
    send(
      response,
      status,
      on('odd-error') ? [title] : { title: on('stack-trace') ? new Error(title).stack : title },
      headers,
    )

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', url)
    style.request?.(target)
    const { pathname, searchParams } = target
    if (style.latency) await sleep(style.latency)
    if (on('held-up') && (await openConnections()) > 10) await sleep(4_000)
    if (pathname === '/health') return send(response, 200, 'fine')
    if (await serveDocument(pathname, request, response)) return
    const [, resource, id, ...rest] = pathname.split('/')
    if (resource !== 'notes' || rest.length > 0) return problem(response, 404, 'Nothing is here')
    if (request.method === 'OPTIONS')
      return void response
        .writeHead(204, {
          'access-control-allow-origin': '*',
          'access-control-allow-methods': 'PUT, DELETE',
          'access-control-allow-headers': 'authorization, content-type',
        })
        .end()
    if (on('order-id') && id !== undefined && !notes.has(id)) return problem(response, 404, 'There is no such note')
    if (on('order-body') && request.method === 'POST') {
      const input = await readBody(request, response)
      const wrong = input && fault(input, true)
      if (!input) return
      if (wrong) return problem(response, 400, `Correct ${wrong}`)
    }
    const owner = authenticate(request, searchParams, response)
    if (owner === undefined) return
    if (/%(?![0-9a-f]{2})|%[ce][0-9a-f]%(?![89ab])/i.test(id ?? '')) return problem(response, 400, 'Correct the path')
    if (on('always-500')) throw new Error('it failed in /srv/app/server.js')
    const { method = 'GET' } = request
    const handlers: Record<string, (() => Promise<void> | void) | undefined> =
      id === undefined
        ? { GET: () => list(owner, searchParams, response), POST: () => create(owner, request, response) }
        : {
            GET: () => read(owner, decodeURIComponent(id), response),
            PUT: () => update(owner, decodeURIComponent(id), request, response),
            DELETE: () => remove(owner, decodeURIComponent(id), response),
          }
    const handler = handlers[method === 'HEAD' ? 'GET' : method]
    if (!handler)
      return on('any-method')
        ? send(response, 200, {})
        : problem(response, 405, 'Use another method', { allow: ['HEAD', ...Object.keys(handlers)].join(', ') })
    if (owner === 'reader' && method !== 'GET' && !on('scope-ignored'))
      return problem(response, on('scope-401') ? 401 : 403, 'You may only read', { 'www-authenticate': insufficient })
    await handler()
  }

  function authenticate(
    request: IncomingMessage,
    query: URLSearchParams,
    response: ServerResponse,
  ): string | undefined {
    const header = request.headers.authorization ?? ''
    const basic = style.isBasic
      ? Buffer.from(/^Basic (.+)$/i.exec(header)?.[1] ?? '', 'base64')
          .toString()
          .split(':')[1]
      : undefined
    const given = style.isBasic
      ? basic
      : ((on('scheme-case') ? /^Bearer (.+)$/ : /^Bearer (.+)$/i).exec(header)?.[1] ??
        (on('token-in-query') ? (query.get('access_token') ?? undefined) : undefined))
    if (on('no-auth') || (on('head-open') && request.method === 'HEAD')) return 'ada'
    if (on('token-after-basic') && header === `Basic ${tokens.ada}`) return 'ada'
    if (on('token-alone') && header === tokens.ada) return 'ada'
    if (on('null-token') && given === 'null') return 'ada'
    const found = Object.entries(tokens).find(([, token]) => token === given)?.[0]
    if (found) return found
    if (on('any-token') && given) return 'ada'
    if (on('token-prefix') && given?.startsWith(tokens.ada)) return 'ada'
    if (on('token-any-case') && given?.toLowerCase() === tokens.ada) return 'ada'
    if (on('any-basic') && header.startsWith('Basic ')) return 'ada'
    if (on('undefined-token') && given === 'undefined') return 'ada'
    if (on('auth-404')) return void problem(response, 404, 'Nothing is here')
    if (on('auth-500')) return void problem(response, 500, 'It failed')
    if (on('auth-403')) return void problem(response, 403, 'It is forbidden')
    if (on('echo-in-header') && header)
      return void problem(response, 401, 'Send a token', { 'www-authenticate': 'Bearer', 'x-sent': header })
    if (on('echo-token'))
      return void problem(response, 401, `The token ${given} is wrong`, { 'www-authenticate': 'Bearer' })
    return void problem(response, 401, 'Send a token', on('no-challenge') ? {} : { 'www-authenticate': 'Bearer' })
  }

  async function readBody(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Record<string, unknown> | undefined> {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of request) {
      length += chunk.length
      if (length <= 65_536 || on('any-size')) chunks.push(chunk)
    }
    if (length > 65_536 && !on('any-size')) return void problem(response, 413, 'Send less')
    if (!on('any-media-type') && !/^application\/json/.test(request.headers['content-type'] ?? ''))
      return void problem(response, 415, 'Send JSON')
    try {
      const text = new TextDecoder('utf-8', { fatal: !on('any-bytes') }).decode(Buffer.concat(chunks))
      const value = JSON.parse(text)
      if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('no object')
      return value
    } catch (error) {
      if (on('malformed-500')) throw error
      if (on('malformed-taken') || on('any-media-type') || on('any-bytes'))
        return { title: 'x', priority: 1, kind: 'idea' }
      return void problem(response, 400, 'Send a JSON object')
    }
  }

  /** What is wrong with an input. */
  function fault(input: Record<string, unknown>, isNew: boolean): string | undefined {
    const { title, priority, kind, tags } = input
    const strange = Object.keys(input).find((name) => !Object.hasOwn(inputs, name))
    if (style.isStrict && strange !== undefined) return strange
    if (isNew && title === undefined && !on('missing-taken')) return 'title'
    if (title !== undefined && !(on('title-type') && typeof title !== 'string')) {
      if (typeof title !== 'string') return 'title'
      if (title.length === 0 && !on('title-empty')) return 'title'
      if (Array.from(title).length > (on('title-short') ? 30 : 50) && !on('title-long')) return 'title'
      if (on('ascii-only') && /[^\x20-\x7e]/.test(title)) return 'title'
      if (on('no-quotes') && title.includes("'")) return 'title'
      if (on('crash-on-emoji') && title.includes('🥛')) throw new Error('SQLITE_ERROR: syntax error')
      if (on('crash-on-quote') && title.includes("'")) throw new Error('SQLITE_ERROR: syntax error')
      if (on('utf16-length') && title.length > 50) return 'title'
    }
    if (isNew && priority === undefined && !on('missing-taken')) return 'priority'
    if (priority !== undefined) {
      if (typeof priority !== 'number' && !(on('priority-text') && typeof priority === 'string')) return 'priority'
      if (!on('priority-float') && !on('priority-text') && !Number.isInteger(priority)) return 'priority'
      if (typeof priority === 'number' && priority < 1 && !on('priority-low')) return 'priority'
      if (typeof priority === 'number' && priority > (on('priority-narrow') ? 4 : 5) && !on('priority-high'))
        return 'priority'
    }
    if (isNew && kind === undefined && !on('missing-taken')) return 'kind'
    if (
      kind !== undefined &&
      !['idea', ...(on('enum-narrow') ? [] : ['task'])].includes(kind as string) &&
      !on('enum-taken')
    )
      return 'kind'
    if (tags !== undefined) {
      if (!Array.isArray(tags)) return on('tags-type') ? undefined : 'tags'
      if (tags.length > 3 && !on('tags-many')) return 'tags'
      if (tags.some((tag) => typeof tag !== 'string') && !on('tags-items')) return 'tags'
      if (tags.some((tag) => Array.from(String(tag)).length > 20) && !on('tags-long')) return 'tags'
    }
    return undefined
  }

  async function create(owner: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = await readBody(request, response)
    if (!input) return
    const wrong = fault(input, true)
    if (wrong) return problem(response, on('invalid-500') ? 500 : 400, `Correct ${wrong}`)
    const note: Note = {
      id: `n${++ids}`,
      owner: on('made-for-first') ? 'ada' : owner,
      title: String(input.title),
      priority: Number(input.priority),
      kind: String(input.kind),
      tags: (input.tags as string[]) ?? [],
      createdAt: on('bad-date') ? 'yesterday' : new Date().toISOString(),
    }
    if (!on('lost-write')) notes.set(note.id, note)
    send(response, on('status-201') ? 201 : 200, show(note))
  }

  function show({ owner: _, ...note }: Note): unknown {
    if (on('priority-as-text')) return { ...note, priority: String(note.priority) }
    if (on('missing-member')) return { ...note, kind: undefined }
    if (on('odd-enum')) return { ...note, kind: 'other' }
    if (on('null-member')) return { ...note, tags: null }
    if (on('list-answer')) return [note]
    if (on('too-long')) return { ...note, title: 'x'.repeat(120_000) }
    return note
  }

  function list(owner: string, query: URLSearchParams, response: ServerResponse): void {
    const limit = Number(query.get('limit') ?? 50)
    const offset = Number(query.get('offset') ?? 0)
    if (
      !on('query-unchecked') &&
      (!Number.isInteger(limit) || limit < 1 || limit > 50 || !Number.isInteger(offset) || offset < 0)
    )
      return void problem(response, 400, 'Correct limit or offset')
    if (on('get-deletes')) {
      const [first] = notes.keys()
      if (first) notes.delete(first)
    }
    const mine = [...notes.values()].filter((note) => on('list-leak') || note.owner === owner || owner === 'reader')
    if (style.isNewestFirst) mine.reverse()
    const start = offset + (on('page-skips') && offset > 0 ? 1 : 0)
    const end = start + limit + (on('page-repeats') && limit === 1 ? 1 : 0)
    const next = offset + limit
    const more = on('page-endless') || next < mine.length
    send(response, 200, {
      notes: mine.slice(start || 0, end || 50).map(show),
      ...(more && { nextOffset: on('page-stuck') ? offset : next }),
      ...(on('total-leak') && { total: notes.size }),
    })
  }

  function find(owner: string, id: string): Note | undefined {
    const note = notes.get(id)
    return note && (note.owner === owner || owner === 'reader' || on('read-leak')) ? note : undefined
  }

  function read(owner: string, id: string, response: ServerResponse): void {
    const note = find(owner, id)
    if (!note && on('other-403') && notes.has(id)) return void problem(response, 403, 'It is not yours')
    if (!note || on('read-404'))
      return void (on('missing-500') ? send(response, 500, {}) : problem(response, 404, 'There is no such note'))
    send(response, 200, show(note))
  }

  async function update(owner: string, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = await readBody(request, response)
    if (!input) return
    const note = on('update-leak') || on('hidden-change') ? notes.get(id) : find(owner, id)
    if (!note) return problem(response, 404, 'There is no such note')
    const wrong = on('update-unchecked') ? undefined : fault(input, false)
    if (wrong) return problem(response, 400, `Correct ${wrong}`)
    Object.assign(note, { title: input.title ?? note.title, priority: input.priority ?? note.priority })
    if (on('hidden-change') && note.owner !== owner) return problem(response, 404, 'There is no such note')
    send(response, 200, show(note))
  }

  function remove(owner: string, id: string, response: ServerResponse): void {
    const isFound = on('delete-leak') ? notes.has(id) : find(owner, id) !== undefined
    if (!isFound) return void problem(response, 404, 'There is no such note')
    if (!on('delete-keeps')) notes.delete(id)
    send(response, 200, { deleted: true })
  }

  async function serveDocument(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const headers: Record<string, string> = on('no-cors') ? {} : { 'access-control-allow-origin': '*' }
    const answer = (type: string, body: string, status = 200) => {
      response.writeHead(status, { 'content-type': type, ...headers }).end(body)
      return true
    }
    if (path === '/logo.png') return on('no-logo') ? answer('text/plain', '', 404) : answer('image/png', 'x')
    if (path === '/legal') return answer('text/html', '<p>legal</p>')
    if (path === '/.well-known/ai-plugin.json') {
      if (on('no-manifest')) return answer('text/plain', 'Not Found', 404)
      if (on('manifest-html')) return answer('text/html', '<!doctype html><p>Welcome</p>')
      if (on('manifest-token') && !request.headers.authorization) return answer('application/json', '{}', 401)
      const text = JSON.stringify((style.manifest ?? ((same) => same))(manifest()), null, 2)
      const whole = on('manifest-mark') ? `\ufeff${text}` : text
      return answer('application/json', on('manifest-comma') ? text.replace(/\n}$/, ',\n}') : whole)
    }
    if (path.startsWith('/oauth/') || path === '/.well-known/oauth-protected-resource')
      return serveOAuth(path, request, response)
    if (path === '/openapi.json') {
      if (on('no-spec')) return answer('text/plain', '', 404)
      if (on('spec-html')) return answer('text/html', '<!doctype html>')
      if (on('spec-type'))
        return answer('application/octet-stream', JSON.stringify((style.spec ?? ((same) => same))(spec())))
      return answer(
        'application/json',
        on('spec-broken') ? '{"openapi": "3.1.0",' : JSON.stringify((style.spec ?? ((same) => same))(spec())),
      )
    }
    return false
  }

  /** As much of an authorization server as a stranger sees. */
  async function serveOAuth(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { searchParams } = new URL(request.url ?? '/', url)
    const body = await text(request)
    if (path === '/.well-known/oauth-protected-resource')
      send(response, 200, {
        ...(!on('oauth-no-resource') && { resource: url }),
        authorization_servers: on('oauth-no-server') ? [] : [`${url}/oauth`],
      })
    else if (path === '/oauth/authorize') {
      if (on('oauth-authorize-500')) send(response, 500, {})
      else if (on('oauth-open-redirect'))
        response.writeHead(302, { location: `${searchParams.get('redirect_uri')}?error=x` }).end()
      else send(response, 400, 'The client is unknown')
    } else if (on('oauth-token-500') && !body.startsWith('grant_type')) send(response, 500, {})
    else if (on('oauth-takes-any-code') || (on('oauth-takes-any-refresh') && body.includes('refresh_token=')))
      send(response, 200, { access_token: 'x', token_type: 'bearer' })
    else if (on('oauth-token-html')) response.writeHead(400, { 'content-type': 'text/html' }).end('<p>No</p>')
    else send(response, on('oauth-token-404') ? 404 : 400, { error: 'invalid_request' })
    return true
  }

  function manifest(): Record<string, unknown> {
    const auth = defect?.startsWith('oauth-')
      ? {
          type: 'oauth',
          client_url: `${url}/oauth/authorize`,
          scope: '',
          authorization_url: `${url}/oauth/token`,
          authorization_content_type: 'application/json',
          verification_tokens: {},
        }
      : on('manifest-none')
        ? { type: 'none' }
        : on('auth-type')
          ? { type: 'token' }
          : on('auth-incomplete')
            ? { type: 'user_http' }
            : on('auth-basic')
              ? { type: 'user_http', authorization_type: 'basic' }
              : { type: 'user_http', authorization_type: 'bearer' }
    const whole: Record<string, unknown> = {
      schema_version: on('schema-version') ? 'v2.1' : 'v1',
      name_for_human: on('long-name') ? 'x'.repeat(21) : 'Notes',
      name_for_model: on('name-signs') ? 'my notes!' : 'notes',
      description_for_human: on('long-description') ? `${'x'.repeat(101)}.` : 'Keep notes.',
      description_for_model: 'Keeps notes.',
      auth,
      api: { type: 'openapi', url: on('foreign-spec') ? 'https://evil.example/openapi.json' : `${url}/openapi.json` },
      logo_url: `${url}/logo.png`,
      contact_email: on('no-email') ? 'nobody' : 'notes@example.com',
      legal_info_url: `${url}/legal`,
    }
    if (on('no-description')) delete whole.description_for_model
    return whole
  }

  function spec(): unknown {
    const ok = (schema: unknown) => ({
      200: {
        description: 'Done',
        content: {
          'application/json': { schema: on('bad-reference') ? { $ref: '#/components/schemas/Nothing' } : schema },
        },
      },
    })
    const bad = {
      default: {
        description: 'Refused',
        content: {
          'application/json': {
            schema: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } },
          },
        },
      },
    }
    const responses = (schema: unknown) => (on('no-default') ? ok(schema) : { ...ok(schema), ...bad })
    const id = { name: 'id', in: 'path', required: true, description: 'Which', schema: { type: 'string' } }
    const security = on('spec-open') ? [] : [{ token: [] }]
    const text = on('no-summary') ? {} : { summary: on('long-summary') ? 'x'.repeat(301) : 'Do it' }
    const properties = on('no-input-text')
      ? Object.fromEntries(Object.entries(inputs).map(([name, { description: _, ...one }]) => [name, one]))
      : on('bad-pattern')
        ? { ...inputs, title: { ...inputs.title, pattern: '([' } }
        : on('bad-default')
          ? { ...inputs, priority: { ...inputs.priority, default: 9 } }
          : inputs
    const body = (required: string[]) => ({
      required: true,
      content: {
        'application/json': {
          schema: on('body-list')
            ? { type: 'array', items: {} }
            : { type: 'object', required: on('required-unknown') ? [...required, 'nothing'] : required, properties },
        },
      },
    })
    const page = [
      { name: 'limit', in: 'query', description: 'How many', schema: { type: 'integer', minimum: 1, maximum: 50 } },
      { name: 'offset', in: 'query', description: 'From where', schema: { type: 'integer', minimum: 0 } },
    ]
    return {
      openapi: on('swagger') ? '2.0' : '3.1.0',
      info: { title: 'Notes', description: 'Keeps notes', version: '1' },
      servers: on('no-server')
        ? []
        : [{ url: on('relative-server') ? '/api' : on('foreign-server') ? 'https://api.of-others.com' : url }],
      security,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      paths: {
        '/notes': {
          get: {
            ...(on('no-id') ? {} : { operationId: on('id-signs') ? 'list notes' : 'listNotes' }),
            ...text,
            parameters: page,
            responses: responses({
              type: 'object',
              required: ['notes'],
              properties: { notes: { type: 'array', items: noteSchema }, nextOffset: { type: 'integer' } },
            }),
          },
          post: {
            operationId: on('same-id') ? 'listNotes' : 'createNote',
            ...text,
            requestBody: body(['title', 'priority', 'kind']),
            responses: responses(noteSchema),
          },
        },
        '/notes/{id}': {
          get: {
            operationId: 'getNote',
            ...text,
            parameters: on('path-undescribed')
              ? []
              : on('name-twice')
                ? [id, { ...id, in: 'query', required: false }]
                : on('needs-header')
                  ? [id, { name: 'X-Key', in: 'header', required: true, description: 'a', schema: { type: 'string' } }]
                  : [id],
            responses: on('no-responses') ? { ...bad } : responses(noteSchema),
          },
          put: {
            operationId: 'updateNote',
            ...text,
            parameters: [id],
            requestBody: body([]),
            responses: responses(noteSchema),
          },
          delete: {
            operationId: 'deleteNote',
            ...text,
            parameters: [id],
            responses: responses({
              type: 'object',
              required: ['deleted'],
              properties: { deleted: { type: 'boolean' } },
            }),
          },
        },
      },
    }
  }

  return {
    url,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
