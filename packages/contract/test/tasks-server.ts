import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export const taskToken = 'token-of-the-tasks-0123456789'

interface Task {
  id: string
  title: string
  notes: string | null
  done: boolean
  priority: number
  tags: string[]
  due: string | null
  created_at: string
  updated_at: string
}

const members = {
  title: { type: 'string', minLength: 1, maxLength: 200 },
  notes: { type: ['string', 'null'], maxLength: 2000 },
  done: { type: 'boolean' },
  priority: { type: 'integer', minimum: 0, maximum: 9 },
  tags: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 40 }, maxItems: 10 },
  due: { type: ['string', 'null'], format: 'date' },
}

/** Changes of a server, which is correct without any. */
export interface TasksStyle {
  /** Which defect it has. */
  defect?: string | undefined
  /** Calls in one second, after which it answers 429. */
  mostPerSecond?: number
  /** Calls of one list in windows of two seconds. */
  mostPerWindow?: number
  /** Deleted tasks stay, marked as deleted. */
  isSoft?: boolean
  /** `offset` and `limit` in the query and the list alone in the answer, `link` in the header Link, or marks. */
  paging?: 'marks' | 'plain' | 'link'
  // biome-ignore lint/suspicious/noExplicitAny: whatever stands in a spec
  spec?: (spec: any) => any
}

/** A correct server for tasks with everything that the checks of state and HTTP look at. One defect can be switched on. */
export async function serveTasks({
  defect,
  mostPerSecond,
  isSoft,
  paging = 'marks',
  mostPerWindow,
  spec: change,
}: TasksStyle = {}) {
  const on = (name: string): boolean => name === defect
  let tasks: Task[] = []
  let calls: number[] = []
  let opened = { at: 0, calls: 0 }
  let shared: Task | undefined
  let listed: Task[] | undefined
  let isDown = false
  const server = createServer((request, response) => {
    if (isDown) return void request.socket.destroy()
    void handle(request, response).catch((error: Error) => {
      if (!response.headersSent) send(response, 500, { title: error.name })
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function send(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
    const { origin } = response.req.headers
    const isError = status >= 400
    const cors: Record<string, string> =
      on('reflects-origin') && origin
        ? { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
        : on('errors-without-cors') && isError
          ? {}
          : { 'access-control-allow-origin': '*' }
    const text = value === undefined ? '' : JSON.stringify(value)
    const isHead = response.req.method === 'HEAD'
    response.writeHead(isHead && on('head-404') ? 418 : status, {
      ...(value !== undefined && {
        'content-type': isError
          ? 'application/problem+json'
          : isHead && on('head-type')
            ? 'text/plain'
            : 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      }),
      'cache-control': on('public-cache') ? 'public, max-age=60' : on('no-cache-control') ? '' : 'no-store',
      ...cors,
      ...headers,
    })
    response.end(text)
  }
  const problem = (response: ServerResponse, status: number, title: string, headers = {}) =>
    send(response, status, { title }, headers)

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    if (/^\/openapi\.(json|yaml)$/.test(pathname)) return send(response, 200, (change ?? ((same) => same))(spec()))
    if (pathname === '/') return problem(response, 404, 'Nothing is here')
    if (mostPerSecond !== undefined) {
      const now = Date.now()
      calls = calls.filter((time) => time > now - 1_000)
      if (calls.length >= mostPerSecond) {
        const headers = on('no-retry-after')
          ? {}
          : { 'retry-after': on('early-retry-after') ? '0' : on('odd-retry-after') ? 'soon' : '1' }
        if (on('early-retry-after')) calls.push(now)
        return problem(response, 429, 'Slow down', headers)
      }
      calls.push(now)
    }
    if (mostPerWindow !== undefined && pathname === '/tasks/count') {
      const now = Date.now()
      if (now - opened.at >= 2_000) opened = { at: now, calls: 0 }
      if (++opened.calls > mostPerWindow) {
        const wait = Math.max(1, Math.ceil((opened.at + 2_000 - now) / 1_000))
        if (on('wait-grows')) opened.at = now
        return problem(response, 429, 'Slow down', { 'retry-after': String(wait) })
      }
    }
    const [, resource, encoded, ...rest] = pathname.split('/')
    if (resource !== 'tasks' || rest.length > 0 || encoded === '') return problem(response, 404, 'Nothing is here')
    let id: string | undefined
    try {
      id = encoded === undefined ? undefined : decodeURIComponent(encoded)
    } catch (error) {
      if (on('path-500')) throw error
      return problem(response, 400, 'Correct the path')
    }
    if (request.method === 'OPTIONS') {
      if (on('options-500') && !request.headers['access-control-request-method']) throw new Error('no method')
      if (on('preflight-401')) return problem(response, 401, 'Send a token')
      return send(response, 204, undefined, {
        'access-control-allow-methods': on('preflight-method') ? 'GET, POST' : 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': on('preflight-header')
          ? 'content-type'
          : `authorization, content-type${on('preflight-condition') ? '' : ', if-match'}`,
      })
    }
    if (/^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] !== taskToken)
      return problem(response, 401, 'Send a token', { 'www-authenticate': 'Bearer' })
    if (on('trace') && request.method === 'TRACE') return send(response, 200, request.headers)
    if (on('twice-500') && searchParams.getAll('limit').length > 1) throw new Error('a list')
    if (on('accept-500') && /image/.test(request.headers.accept ?? '')) throw new Error('no type')
    if (on('language-500') && request.headers['accept-language']) throw new Error('no texts')
    const override = request.headers['x-http-method-override'] ?? searchParams.get('_method')
    const method =
      on('override') && override ? String(override) : request.method === 'HEAD' ? 'GET' : (request.method ?? '')
    if (id === 'count')
      return method === 'GET'
        ? send(response, 200, { count: on('count-stuck') ? 0 : live().length })
        : refuse(response, ['GET', 'HEAD'])
    const handlers: Record<string, () => Promise<void> | void> =
      id === undefined
        ? { GET: () => list(searchParams, request, response), POST: () => create(request, response) }
        : {
            GET: () => read(String(id), request, response),
            PUT: () => update(String(id), request, response, true),
            PATCH: () => update(String(id), request, response, false),
            DELETE: () => remove(String(id), request, response),
          }
    const handler = handlers[method]
    if (handler) return handler()
    if (on('any-method')) return send(response, 200, {})
    if (on('method-500')) throw new Error('no handler')
    return refuse(response, ['HEAD', ...Object.keys(handlers)])
  }

  function refuse(response: ServerResponse, methods: string[]): void {
    if (on('method-404')) return void problem(response, 404, 'Nothing is here')
    const allow = on('wrong-allow') ? 'GET' : methods.join(', ')
    problem(response, 405, 'Use another method', on('no-allow') ? {} : { allow })
  }

  const live = (): Task[] => tasks.filter((task) => !(task as { deleted?: boolean }).deleted || isSoft)
  const tagOf = (value: unknown): string =>
    on('tag-fixed')
      ? '"1"'
      : on('tag-random')
        ? `"${randomUUID()}"`
        : on('tag-bare')
          ? 'abc'
          : `"${createHash('sha1').update(JSON.stringify(value)).digest('hex')}"`

  async function body(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Record<string, unknown> | undefined> {
    const bytes = await buffer(request)
    if (bytes.length > 65_536) return void problem(response, 413, 'Send less')
    const type = request.headers['content-type'] ?? ''
    if (!on('any-type') && !(on('no-charset') ? /^application\/json$/ : /^application\/json\b/i).test(type))
      return void problem(response, 415, 'Send JSON')
    let value: unknown
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      const isForm = on('any-type') && /^application\/x-www-form/.test(type)
      value = isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text)
    } catch {
      return void problem(response, 400, 'Send JSON')
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return void problem(response, 400, 'Send an object')
    return value as Record<string, unknown>
  }

  function fault(input: Record<string, unknown>, isWhole: boolean): string | undefined {
    const { title, notes, done, priority, tags, due } = input
    const isText = (value: unknown, least: number, most: number) =>
      typeof value === 'string' && Array.from(value).length >= least && Array.from(value).length <= most
    if (title === undefined ? isWhole : !isText(title, 1, 200)) return 'title'
    if (notes !== undefined && notes !== null && !isText(notes, 0, 2000)) return 'notes'
    if (done !== undefined && typeof done !== 'boolean') return 'done'
    if (priority !== undefined && !(Number.isInteger(priority) && Number(priority) >= 0 && Number(priority) <= 9))
      return 'priority'
    if (tags !== undefined && !(Array.isArray(tags) && tags.length <= 10 && tags.every((tag) => isText(tag, 1, 40))))
      return 'tags'
    if (
      due !== undefined &&
      due !== null &&
      !(typeof due === 'string' && /^\d{4}-\d\d-\d\d$/.test(due) && !Number.isNaN(Date.parse(due)))
    )
      return 'due'
    return undefined
  }

  async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = await body(request, response)
    if (!input) return
    const wrong = fault(input, true)
    const now = new Date().toISOString()
    const own = { ...input }
    const title = String(input.title)
    const task: Task = {
      id: on('same-id') ? `t${tasks.length}` : randomUUID(),
      title: on('cut')
        ? title.slice(0, 100)
        : on('ascii')
          ? title.replaceAll(/[^\x20-\x7e]/g, '?')
          : on('lower')
            ? title.toLowerCase().replaceAll(/[aeiou]/g, 'a')
            : title,
      notes: (own.notes as string | null) ?? null,
      done: on('always-done') ? (input.done as boolean) || true : ((input.done as boolean) ?? false),
      priority: on('zero-lost') ? Number(input.priority) || 5 : Number(input.priority ?? 5),
      tags: on('tags-lost') ? [] : ((input.tags as string[]) ?? []),
      due: (input.due as string | null) ?? null,
      created_at: now,
      updated_at: now,
    }
    if (on('notes-lost')) task.notes = null
    if (on('mass')) Object.assign(task, { created_at: input.created_at ?? now })
    if (on('keeps-refused') && wrong && typeof input.title === 'string') tasks.push(task)
    if (wrong) return problem(response, 400, `Correct ${wrong}`)
    if (on('lost-at-once')) {
      const before = [...tasks]
      await sleep(3)
      tasks = [...before, task]
    } else if (!on('lost-write')) tasks.push(task)
    if (on('crash') && title.includes('\\')) isDown = true
    shared ??= task
    const shown = on('shared-answer') ? shared : task
    send(response, 201, show(shown), {
      location: on('wrong-location') ? '/tasks/nothing' : on('location-of-all') ? '/tasks' : `/tasks/${task.id}`,
      etag: tagOf(task),
    })
  }

  const show = (task: Task): unknown => (on('read-other') ? { ...task, notes: 'other' } : task)

  function list(query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const number = (name: string, otherwise: number, least: number, most: number): number => {
      const text = query.get(name)
      if (text === null) return otherwise
      return /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : Number.NaN
    }
    const limit = number('limit', 20, 1, 100)
    const offset = number('offset', 0, 0, 1_000_000)
    const sort = query.get('sort')
    const [done, priority, tag, q] = ['done', 'priority', 'tag', 'q'].map((name) => query.get(name))
    if (Number.isNaN(limit) || Number.isNaN(offset)) return void problem(response, 400, 'Correct limit or offset')
    if (sort !== null && !['title', '-title', 'created_at', 'priority'].includes(sort))
      return void problem(response, 400, 'Correct sort')
    if (done && !['true', 'false'].includes(done)) return void problem(response, 400, 'Correct done')
    if (tag && Array.from(tag).length > 40) return void problem(response, 400, 'Correct tag')
    if (q && Array.from(q).length > 200) return void problem(response, 400, 'Correct q')
    if (priority !== null && !/^\d$/.test(priority ?? '')) return void problem(response, 400, 'Correct priority')
    if (on('get-changes') && tasks[0]) tasks[0].priority = (tasks[0].priority + 1) % 10
    if (on('stale-list')) listed = listed ?? [...tasks]
    let found = on('stale-list') ? (listed ?? []) : live()
    if (done && !on('filter-ignored'))
      found = found.filter((task) => task.done === (on('filter-inverted') ? done !== 'true' : done === 'true'))
    if (priority && !on('filter-none')) found = found.filter((task) => task.priority === Number(priority))
    else if (priority) found = []
    if (tag) found = found.filter((task) => task.tags.includes(tag))
    if (q && !on('search-all'))
      found = found.filter(
        (task) => !on('search-none') && `${task.title} ${task.notes}`.toLowerCase().includes(q.toLowerCase()),
      )
    const by = sort?.replace('-', '') as keyof Task | undefined
    if (by && !on('sort-ignored'))
      found = found.toSorted((a, b) => (String(a[by]) < String(b[by]) ? -1 : String(a[by]) > String(b[by]) ? 1 : 0))
    if (sort?.startsWith('-') && !on('sort-up')) found = found.toReversed()
    const most = on('limit-ignored') ? 1000 : limit
    const start = on('offset-ignored')
      ? 0
      : on('page-skips') && offset > 0
        ? offset + 1
        : on('page-repeats') && offset > 0
          ? offset - 1
          : offset
    const page = found.slice(start, start + most)
    const next = offset + limit
    const hasNext = next < found.length
    const headers: Record<string, string> = { etag: on('list-tag-fixed') ? '"list"' : tagOf(page) }
    if (isKnown(request, headers.etag ?? '')) return void send(response, 304, undefined, headers)
    if (paging === 'link' && hasNext) headers.link = `<${url}/tasks?limit=${limit}&offset=${next}>; rel="next"`
    if (paging !== 'marks') return void send(response, 200, page.map(show), headers)
    const total = on('total-of-page') ? page.length : on('total-wrong') ? found.length + 1 : found.length
    send(response, 200, { tasks: page.map(show), total, next_offset: hasNext || on('endless') ? next : null }, headers)
  }

  const isKnown = (request: IncomingMessage, tag: string): boolean => {
    const text = request.headers['if-none-match']
    if (text === undefined || on('never-304')) return false
    return (
      on('always-304') ||
      text === '*' ||
      text.split(',').some((one) => one.trim().replace('W/', '') === tag.replace('W/', ''))
    )
  }

  const find = (id: string): Task | undefined => live().find((task) => task.id === id)

  function read(id: string, request: IncomingMessage, response: ServerResponse): void {
    const byId = Object.fromEntries(tasks.map((task) => [task.id, task])) as Record<string, Task>
    const task = on('prototype-names') ? byId[id] : find(id)
    if (!task) return void problem(response, 404, 'There is no such task')
    const etag = tagOf(task)
    if (isKnown(request, etag)) return void send(response, 304, undefined, { etag })
    send(response, 200, show(task), { etag })
  }

  async function update(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
    isWhole: boolean,
  ): Promise<void> {
    const input = await body(request, response)
    if (!input) return
    const task = find(id)
    if (!task && !on('update-of-deleted')) return problem(response, 404, 'There is no such task')
    if (!task) return send(response, 200, { ...input, id })
    const match = request.headers['if-match']
    if (match !== undefined && match !== '*' && match !== tagOf(task) && !on('match-ignored'))
      return problem(response, on('match-409') ? 409 : 412, 'It has changed')
    const wrong = fault(input, isWhole)
    if (wrong) return problem(response, 400, `Correct ${wrong}`)
    const { title, notes, done, priority, tags, due } = input as unknown as Task
    const given = Object.fromEntries(
      Object.entries({ title, notes, done, priority, tags, due }).filter(
        ([, value]) => value !== undefined && !(on('empty-kept') && (value === '' || value === false || value === 0)),
      ),
    )
    const fresh = { notes: null, done: false, priority: 5, tags: [], due: null }
    const before = { ...task }
    Object.assign(task, isWhole || on('patch-replaces') ? fresh : {}, given, { updated_at: new Date().toISOString() })
    if (on('change-lost')) Object.assign(task, before)
    if (on('created-moves')) task.created_at = new Date(Date.now() + 5_000).toISOString()
    if (on('mass-update')) Object.assign(task, 'created_at' in input && { created_at: input.created_at })
    if (on('spills')) for (const other of tasks) other.priority = task.priority
    if (on('answers-old')) return send(response, 200, before)
    send(response, 200, show(task), { etag: tagOf(task) })
  }

  function remove(id: string, request: IncomingMessage, response: ServerResponse): void {
    const task = find(id)
    if (!task && on('second-delete-500')) throw new Error('it is gone')
    if (!task) return void problem(response, 404, 'There is no such task')
    const match = request.headers['if-match']
    if (match !== undefined && match !== '*' && match !== tagOf(task) && !on('match-ignored'))
      return void problem(response, 412, 'It has changed')
    if (isSoft) Object.assign(task, { deleted: true })
    else if (on('deletes-all')) tasks = []
    else if (!on('delete-keeps')) tasks = tasks.filter((one) => one !== task)
    send(response, 204, undefined)
  }

  function spec(): unknown {
    const json = (schema: unknown) => ({ 'application/json': { schema } })
    const task = {
      type: 'object',
      required: ['id', 'title', 'done', 'priority', 'tags', 'created_at', 'updated_at'],
      properties: {
        id: { type: 'string', readOnly: true },
        ...members,
        created_at: { type: 'string', format: 'date-time', readOnly: true },
        updated_at: { type: 'string', format: 'date-time', readOnly: true },
      },
    }
    const refusal = { description: 'Refused', content: { 'application/problem+json': { schema: { type: 'object' } } } }
    const refusals = Object.fromEntries([400, 401, 404, 405, 412, 413, 415, 429].map((status) => [status, refusal]))
    const ok = (schema: unknown, status = 200) => ({
      [status]: { description: 'Done', content: json(schema) },
      ...refusals,
    })
    const described = Object.fromEntries(
      Object.entries(members).map(([name, one]) => [name, { ...one, description: `The ${name}` }]),
    )
    const requestBody = (required: string[]) => ({
      required: true,
      content: json({ type: 'object', required, properties: described }),
    })
    const query = (name: string, schema: unknown) => ({ name, in: 'query', description: `By ${name}`, schema })
    const id = { name: 'id', in: 'path', required: true, description: 'Which', schema: { type: 'string' } }
    const condition = { ...id, name: 'If-Match', in: 'header', required: false, description: 'The version to change' }
    const page = {
      type: 'object',
      required: ['tasks', 'total'],
      properties: {
        tasks: { type: 'array', items: task },
        total: { type: 'integer' },
        next_offset: { type: ['integer', 'null'] },
      },
    }
    const text = (operationId: string) => ({ operationId, summary: operationId })
    return {
      openapi: '3.1.0',
      info: { title: 'Tasks', description: 'Keeps tasks', version: '1' },
      servers: [{ url }],
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      paths: {
        '/tasks': {
          get: {
            ...text('listTasks'),
            parameters: [
              query('limit', { type: 'integer', minimum: 1, maximum: 100 }),
              query('offset', { type: 'integer', minimum: 0, maximum: 1_000_000 }),
              query('q', { type: 'string', maxLength: 200 }),
              query('done', { type: 'boolean' }),
              query('priority', { type: 'integer', minimum: 0, maximum: 9 }),
              query('tag', { type: 'string', maxLength: 40 }),
              query('sort', { type: 'string', enum: ['title', '-title', 'created_at', 'priority'] }),
            ],
            responses: ok(paging === 'marks' ? page : { type: 'array', items: task }),
          },
          post: { ...text('createTask'), requestBody: requestBody(['title']), responses: ok(task, 201) },
        },
        '/tasks/count': {
          get: { ...text('countTasks'), responses: ok({ type: 'object', properties: { count: { type: 'integer' } } }) },
        },
        '/tasks/{id}': {
          get: { ...text('getTask'), parameters: [id], responses: ok(task) },
          put: { ...text('replaceTask'), parameters: [id], requestBody: requestBody(['title']), responses: ok(task) },
          patch: {
            ...text('changeTask'),
            parameters: [id, condition],
            requestBody: requestBody([]),
            responses: ok(task),
          },
          delete: { ...text('deleteTask'), parameters: [id], responses: { 204: { description: 'Gone' }, ...refusals } },
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
