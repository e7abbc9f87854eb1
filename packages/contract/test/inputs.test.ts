import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlugin } from '../src/index.ts'
import { checkAll } from './check-all.ts'
import { type Any, operation, parameter, type SmallServer, serveSmall, takes } from './small-server.ts'

interface Case extends SmallServer {
  values?: Record<string, string>
  /** The error that has to be found; no other one may be. */
  error?: string
  /** Operations that cannot be reached. */
  unreached?: string[]
}

const text = { type: 'string' }
const name = { type: 'string', minLength: 1, maxLength: 50 }
const one = (method: string, more: Any, path = '/things') => ({
  [path]: { [method]: operation(`${method}Thing`, more) },
})
const post = (properties: Any, required = Object.keys(properties), more: Any = {}) =>
  one('post', takes({ type: 'object', required, properties, ...more }))
const get = (...parameters: Any[]) => one('get', { parameters })

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '' && Array.from(value).length <= 50
const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most
const isObject = (value: unknown): value is Record<string, Any> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const judged = (isGood: unknown) => (isGood ? ([201] as const) : ([400] as const))
const person = {
  type: 'object',
  required: ['kind', 'age'],
  properties: { kind: { const: 'person' }, age: { type: 'integer' } },
}
const firm = { type: 'object', required: ['kind', 'title'], properties: { kind: { const: 'firm' }, title: text } }
const isPerson = (body: Any): boolean => body?.kind === 'person' && Number.isInteger(body.age)
const isFirm = (body: Any): boolean => body?.kind === 'firm' && typeof body.title === 'string'

const cases: Record<string, Case> = {
  // A refusal that is about meaning or state.
  'a name that must be new': {
    paths: post({ name, city: name }),
    answer({ body }, state) {
      state.names ??= []
      if (!isName(body?.name) || !isName(body.city) || state.names.includes(body.name)) return [400]
      state.names.push(body.name)
      return [201]
    },
  },
  'a name that another item has': {
    paths: {
      '/things': { post: operation('addThing', takes({ type: 'object', required: ['name'], properties: { name } })) },
      '/things/{id}': {
        parameters: [parameter('id', 'path', text)],
        put: operation('putThing', takes({ type: 'object', required: ['name'], properties: { name } })),
      },
    },
    answer({ parts: [, id], body }, state) {
      // As an earlier run left them.
      state.names ??= { 0: 'a', 1: 'x'.repeat(50), 2: 'constructor', 3: ' Äpfel 牛奶 ', 4: '🥛'.repeat(50) }
      if (!isName(body?.name)) return [400]
      const owner = Object.keys(state.names).find((one) => state.names[one] === body.name)
      if (owner !== undefined && owner !== id) return [400]
      const key = id ?? `${Object.keys(state.names).length}`
      if (!Object.hasOwn(state.names, key) && id !== undefined) return [404]
      state.names[key] = body.name
      return [id === undefined ? 201 : 200, { id: key, name: body.name }]
    },
  },
  'a text that says how to sort': {
    paths: get(parameter('sort', 'query', text)),
    answer: ({ query }) => judged(/^\S*$/.test(query.get('sort') ?? '')),
  },
  'a length that is counted in UTF-16': {
    paths: post({ name }),
    answer: ({ body }) => judged(isName(body?.name) && body.name.length <= 50),
  },
  'a change that leaves out what an item needs': {
    paths: {
      '/things': { post: operation('addThing', takes({ type: 'object', required: ['name'], properties: { name } })) },
      '/things/{id}': {
        parameters: [parameter('id', 'path', text)],
        patch: operation('patchThing', takes({ type: 'object', required: ['name'], properties: { name } })),
      },
    },
    answer({ parts: [, id], body }) {
      if (id === undefined) return isName(body?.name) ? [201, { id: 'a' }] : [400]
      return id === 'a' ? judged(isObject(body) && (body.name === undefined || isName(body.name))) : [404]
    },
  },
  'nesting that is too deep for the parser': {
    paths: post({ name }),
    answer: ({ body, text }) => (text.startsWith('[[') ? [500] : judged(isName(body?.name))),
  },
  'an example that can be sent once': {
    paths: post({ login: { ...name, example: 'jo' }, age: { type: 'integer', minimum: 0, maximum: 150 } }),
    answer({ body }, state) {
      state.logins ??= []
      if (!isName(body?.login) || !isWhole(body.age, 0, 150) || state.logins.includes(body.login)) return [422]
      state.logins.push(body.login)
      return [201]
    },
  },
  'a time zone that does not exist': {
    paths: get(
      parameter('zone', 'query', text),
      parameter('limit', 'query', { type: 'integer', minimum: 1, maximum: 9 }),
    ),
    answer({ query }) {
      const [zone, limit] = [query.get('zone'), query.get('limit')]
      return judged((zone === null || zone === 'Europe/Berlin') && (limit === null || /^[1-9]$/.test(limit)))
    },
  },
  'a category that does not exist': {
    paths: post({ name, category: { type: 'integer', minimum: 1, maximum: 1000 } }, ['name']),
    answer: ({ body }) => judged(isName(body?.name) && (body.category === undefined || isWhole(body.category, 1, 3))),
  },
  'a country that does not exist': {
    paths: post({ name, country: { type: 'string', pattern: '^[A-Z]{2}$' } }, ['name']),
    answer: ({ body }) => judged(isName(body?.name) && [undefined, 'DE', 'FR'].includes(body.country)),
  },
  'an end that comes after the start': {
    paths: post({
      start: { type: 'integer', minimum: 0, maximum: 9 },
      end: { type: 'integer', minimum: 0, maximum: 9 },
    }),
    answer: ({ body }) => judged(isWhole(body?.start, 0, 9) && isWhole(body.end, body.start, 9)),
  },
  'one of two inputs': {
    paths: get(
      parameter('city', 'query', text),
      parameter('lat', 'query', { type: 'integer', minimum: -90, maximum: 90 }),
    ),
    answer({ query }) {
      const lat = query.get('lat')
      return judged(
        query.has('city') !== query.has('lat') && (lat === null || (/^-?\d+$/.test(lat) && Math.abs(+lat) <= 90)),
      )
    },
  },
  'an order that needs something to sort by': {
    paths: get(
      parameter('sort', 'query', { enum: ['a', 'b'] }),
      parameter('order', 'query', { enum: ['asc', 'desc'] }),
    ),
    answer({ query }) {
      const [sort, order] = [query.get('sort'), query.get('order')]
      if (sort !== null && !['a', 'b'].includes(sort)) return [400]
      return judged(order === null || (sort !== null && ['asc', 'desc'].includes(order)))
    },
  },
  'a limit to how many there may be': {
    paths: post({ name, size: { type: 'integer', minimum: 1, maximum: 5 } }, ['name']),
    answer({ body }, state) {
      if (!isName(body?.name) || !(body.size === undefined || isWhole(body.size, 1, 5))) return [400]
      state.count = (state.count ?? 0) + 1
      return judged(state.count < 7)
    },
  },
  'the author of a book': {
    paths: {
      '/books': {
        post: operation(
          'addBook',
          takes({
            type: 'object',
            required: ['authorId', 'title'],
            properties: { authorId: { type: 'integer' }, title: name },
          }),
        ),
      },
      '/people': {
        get: operation('listPeople'),
        post: operation('addPerson', takes({ type: 'object', required: ['name'], properties: { name } })),
      },
    },
    answer({ method, parts: [resource], body }, state) {
      state.people ??= [{ id: 70 }]
      if (method === 'GET') return [200, state.people]
      if (resource === 'books')
        return judged(isName(body?.title) && state.people.some(({ id }: Any) => id === body.authorId))
      if (!isName(body?.name)) return [400]
      state.people.push({ id: 70 + state.people.length })
      return [201, state.people.at(-1)]
    },
  },
  'a key that is new for each call': {
    paths: one('post', {
      parameters: [parameter('Idempotency-Key', 'header', { type: 'string', format: 'uuid' }, { required: true })],
      ...takes({ type: 'object', required: ['name'], properties: { name } }),
    }),
    answer({ headers, text, body }, state) {
      const key = String(headers['idempotency-key'])
      if (!/^[0-9a-f-]{36}$/.test(key)) return [400]
      state[key] ??= text
      if (state[key] !== text) return [422]
      return judged(isName(body?.name))
    },
  },
  'a version that only an answer can give': {
    paths: {
      '/things': { post: operation('addThing', takes({ type: 'object', required: ['name'], properties: { name } })) },
      '/things/{id}': {
        parameters: [parameter('id', 'path', text)],
        get: operation('getThing'),
        put: operation('putThing', {
          parameters: [parameter('If-Match', 'header', text, { required: true })],
          ...takes({ type: 'object', required: ['name'], properties: { name } }),
        }),
      },
    },
    answer({ method, parts: [, id], headers, body }, state) {
      state.version ??= 1
      const tag = () => ({ etag: `"v${state.version}"` })
      if (method === 'POST') return isName(body?.name) ? [201, { id: 'a' }, { location: '/things/a' }] : [400]
      if (id !== 'a') return [404]
      if (method === 'GET') return [200, {}, tag()]
      if (!isName(body?.name) || headers['if-match'] === undefined) return [400]
      if (headers['if-match'] !== tag().etag) return [412]
      state.version++
      return [200, {}, tag()]
    },
  },
  'a note of a user': {
    paths: {
      '/users': { post: operation('addUser') },
      '/users/{userId}/notes': { post: operation('addNote', { parameters: [parameter('userId', 'path', text)] }) },
      '/users/{userId}/notes/{noteId}': {
        get: operation('getNote', {
          parameters: [parameter('userId', 'path', text), parameter('noteId', 'path', text)],
        }),
      },
    },
    answer({ parts: [, user, , note] }, state) {
      state.users ??= 0
      if (user === undefined) return [201, { id: `u${++state.users}` }]
      if (!/^u\d+$/.test(user)) return [404]
      return note === undefined ? [201, { id: `${user}-n` }] : judged(note === `${user}-n`)
    },
  },
  'what the user knows': {
    values: { feed: 'https://feeds.example/a' },
    paths: post({ feed: { type: 'string', format: 'uri' }, count: { type: 'integer', minimum: 1, maximum: 5 } }),
    answer: ({ body }) => judged(body?.feed === 'https://feeds.example/a' && isWhole(body.count, 1, 5)),
  },
  'what nobody knows': {
    unreached: ['postThing'],
    paths: post({ feed: { type: 'string', format: 'uri' } }),
    answer: ({ body }) => judged(body?.feed === 'https://feeds.example/a'),
  },
  // Bodies of every kind.
  'a list': {
    paths: one('post', takes({ type: 'array', minItems: 1, maxItems: 3, items: { type: 'integer' } })),
    answer: ({ body }) =>
      judged(Array.isArray(body) && body.length > 0 && body.length < 4 && body.every(Number.isInteger)),
  },
  'an example beside the schema': {
    paths: one(
      'post',
      takes(
        { type: 'object', required: ['sum'], properties: { sum: { type: 'string', format: 'sum' } } },
        'application/json',
        { examples: { one: { value: { sum: '1+1' } } } },
      ),
    ),
    answer: ({ body }) => judged(/^\d+(\+\d+)*$/.test(body?.sum)),
  },
  'null in place of an optional body': {
    paths: one('post', {
      requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { name } } } } },
    }),
    answer: ({ text, body }) =>
      judged(text === '' || body === null || (isObject(body) && (body.name === undefined || isName(body.name)))),
  },
  'an optional body': {
    paths: {
      '/things': {
        post: operation('addThing', {
          requestBody: {
            content: { 'application/json': { schema: { type: 'object', required: ['name'], properties: { name } } } },
          },
        }),
      },
    },
    answer: ({ text, body }) => judged(text === '' || isName(body?.name)),
  },
  'a file in a form': {
    paths: one(
      'post',
      takes(
        { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' }, title: name } },
        'multipart/form-data',
      ),
    ),
    answer({ text }) {
      const title = /name="title"\r\n\r\n([\s\S]*?)\r\n--/.exec(text)?.[1]
      return judged(/name="file"; filename="[^"]+"/.test(text) && (title === undefined || isName(title)))
    },
  },
  'what only the server sets': {
    paths: post({ id: { type: 'integer', readOnly: true }, name }),
    answer: ({ body }) => judged(isName(body?.name) && !Object.hasOwn(body, 'id')),
  },
  'a merge patch': {
    paths: {
      '/things/{id}': {
        patch: operation('patchThing', {
          parameters: [parameter('id', 'path', text)],
          ...takes(
            { type: 'object', properties: { name, note: { type: ['string', 'null'] } } },
            'application/merge-patch+json',
          ),
        }),
      },
    },
    answer: ({ body }) =>
      judged(
        isObject(body) &&
          (body.name === undefined || isName(body.name)) &&
          ['string', 'undefined'].includes(typeof (body.note ?? undefined)),
      ),
  },
  'one of two kinds': {
    paths: one('post', takes({ oneOf: [person, firm] })),
    answer: ({ body }) => judged(isPerson(body) || isFirm(body)),
  },
  'an object in the query that has to have a member': {
    paths: get(
      parameter(
        'range',
        'query',
        { type: 'object', required: ['from'], properties: { from: { type: 'integer' } } },
        { style: 'deepObject' },
      ),
      { name: 'filter', in: 'query', content: { 'application/json': { schema: { type: 'object' } } } },
    ),
    answer: ({ query }) =>
      judged(/^(-?\d+)?$/.test(query.get('range[from]') ?? '') && isObject(JSON.parse(query.get('filter') ?? '{}'))),
  },
  'a member too many that is dropped': {
    paths: post({ name }, ['name'], { additionalProperties: false }),
    answer: ({ body }) => (isName(body?.name) ? [201, { name: body.name }] : [400]),
  },
  'null for what may be left out': {
    paths: post({ name, note: text }, ['name']),
    answer: ({ body }) =>
      judged(isName(body?.name) && ['string', 'undefined'].includes(typeof (body.note ?? undefined))),
  },
  'headers that HTTP sets': {
    paths: one('post', {
      parameters: ['Content-Length', 'Content-Type', 'Authorization', 'Accept', 'Host'].map((one) =>
        parameter(one, 'header', text, { required: true }),
      ),
      ...takes({ type: 'object', required: ['name'], properties: { name } }),
    }),
    answer: ({ body, headers }) => judged(isName(body?.name) && headers.authorization === undefined),
  },
  'a header and a cookie within what HTTP allows': {
    paths: get(parameter('X-Name', 'header', name), parameter('kept', 'cookie', { type: 'string', maxLength: 9 })),
    answer: ({ headers }) =>
      judged(
        /^[ -~]*$/.test(`${headers['x-name'] ?? ''}`) &&
          `${headers['x-name'] ?? ''}`.length <= 50 &&
          /^(kept=[\w.-]{1,9})?$/.test(headers.cookie ?? ''),
      ),
  },
  // Valid input that is refused.
  'an optional member that is needed': {
    error: 'valid-refused',
    paths: post({ name, size: { type: 'integer', minimum: 1 } }, ['name']),
    answer: ({ body }) => judged(isName(body?.name) && isWhole(body.size, 1, 1e9)),
  },
  'null where it is allowed': {
    error: 'valid-refused',
    paths: post({ name, note: { type: ['string', 'null'] } }, ['name']),
    answer: ({ body }) => judged(isName(body?.name) && ['string', 'undefined'].includes(typeof body.note)),
  },
  'the highest number one level down': {
    error: 'valid-refused',
    paths: post({
      size: { type: 'object', required: ['wide'], properties: { wide: { type: 'integer', minimum: 1, maximum: 9 } } },
    }),
    answer: ({ body }) => judged(isWhole(body?.size?.wide, 1, 8)),
  },
  'the second of two kinds': {
    error: 'valid-refused',
    paths: one('post', takes({ oneOf: [person, firm] })),
    answer: ({ body }) => judged(isPerson(body)),
  },
  'a member that every change needs': {
    error: 'valid-refused',
    paths: {
      '/things/{id}': {
        patch: operation('patchThing', {
          parameters: [parameter('id', 'path', text)],
          ...takes({ type: 'object', minProperties: 1, properties: { name, note: text, size: { type: 'integer' } } }),
        }),
      },
    },
    answer: ({ body }) =>
      judged(
        isName(body?.name) &&
          ['string', 'undefined'].includes(typeof body.note) &&
          (body.size === undefined || Number.isInteger(body.size)),
      ),
  },
  // Invalid input that is accepted.
  'a member too many': {
    error: 'invalid-taken',
    paths: post({ name }, ['name'], { additionalProperties: false }),
    answer: ({ body }) => (isName(body?.name) ? [201, body] : [400]),
  },
  'a required member of an item': {
    error: 'invalid-taken',
    paths: post({
      lines: { type: 'array', minItems: 1, items: { type: 'object', required: ['sku'], properties: { sku: text } } },
    }),
    answer: ({ body }) =>
      judged(
        Array.isArray(body?.lines) &&
          body.lines.length > 0 &&
          body.lines.every((one: Any) => isObject(one) && ['string', 'undefined'].includes(typeof one.sku)),
      ),
  },
  'a pattern two levels down': {
    error: 'invalid-taken',
    paths: post({
      a: {
        type: 'object',
        required: ['b'],
        properties: {
          b: { type: 'object', required: ['zip'], properties: { zip: { type: 'string', pattern: '^\\d{5}$' } } },
        },
      },
    }),
    answer: ({ body }) => judged(typeof body?.a?.b?.zip === 'string'),
  },
  'the values of a map': {
    error: 'invalid-taken',
    paths: one('post', takes({ type: 'object', additionalProperties: { type: 'integer' } })),
    answer: ({ body }) => judged(isObject(body)),
  },
  'a kind that does not exist, one level down': {
    error: 'invalid-taken',
    paths: post({ owner: { oneOf: [person, firm] } }),
    answer: ({ body }) =>
      judged(isPerson(body?.owner) || (body?.owner?.kind === 'firm' && typeof body.owner === 'object')),
  },
  'a map with too many members': {
    error: 'invalid-taken',
    paths: post({ labels: { type: 'object', maxProperties: 3, additionalProperties: text } }),
    answer: ({ body }) =>
      judged(isObject(body?.labels) && Object.values(body.labels).every((one) => typeof one === 'string')),
  },
  'a map with the names of JavaScript': {
    error: 'server-error',
    paths: post({ labels: { type: 'object', additionalProperties: text } }),
    answer: ({ body }) =>
      !isObject(body?.labels) || Object.values(body.labels).some((one) => typeof one !== 'string')
        ? [400]
        : [Object.hasOwn(body.labels, 'constructor') ? 500 : 201],
  },
  'a mark of a page that was never given': {
    error: 'server-error',
    paths: get(parameter('cursor', 'query', text)),
    answer: ({ query }) => [query.has('cursor') ? 500 : 200],
  },
  'items that repeat': {
    error: 'invalid-taken',
    paths: post({ tags: { type: 'array', uniqueItems: true, items: { enum: ['a', 'b'] } } }),
    answer: ({ body }) =>
      judged(Array.isArray(body?.tags) && body.tags.every((one: Any) => one === 'a' || one === 'b')),
  },
  'a member that needs another': {
    error: 'invalid-taken',
    paths: post({ card: text, street: text }, [], { dependentRequired: { card: ['street'] } }),
    answer: ({ body }) =>
      judged(isObject(body) && [body.card, body.street].every((one) => ['string', 'undefined'].includes(typeof one))),
  },
  'a kind that does not exist': {
    error: 'invalid-taken',
    paths: one('post', takes({ oneOf: [person, firm] })),
    answer: ({ body }) => judged(isPerson(body) || (typeof body?.kind === 'string' && typeof body.title === 'string')),
  },
  'a form': {
    error: 'invalid-taken',
    paths: one(
      'post',
      takes(
        { type: 'object', required: ['amount'], properties: { amount: { type: 'integer', minimum: 1 } } },
        'application/x-www-form-urlencoded',
      ),
    ),
    answer: () => [200],
  },
  'a header': {
    error: 'invalid-taken',
    paths: get(parameter('X-Size', 'header', { type: 'integer', minimum: 1, maximum: 5 }, { required: true })),
    answer: ({ headers }) => judged(headers['x-size'] !== undefined),
  },
  'an object in the query': {
    error: 'invalid-taken',
    paths: get(
      parameter(
        'range',
        'query',
        { type: 'object', properties: { from: { type: 'integer', minimum: 1 } } },
        { style: 'deepObject' },
      ),
    ),
    answer: () => [200],
  },
  'JSON in the query': {
    error: 'invalid-taken',
    paths: get({
      name: 'filter',
      in: 'query',
      content: { 'application/json': { schema: { type: 'object', required: ['by'], properties: { by: text } } } },
    }),
    answer: ({ query }) => judged(isObject(JSON.parse(query.get('filter') ?? '{}'))),
  },
}

const reportOf = await checkAll(Object.keys(cases), async (what) => {
  const { values, ...small } = cases[what] as Case
  const server = await serveSmall(small)
  try {
    return await checkPlugin({ baseUrl: server.url, maxTime: 20, ...(values && { values }) })
  } finally {
    server.close()
  }
})

for (const [what, { error, unreached = [], paths }] of Object.entries(cases))
  test(`${error ? `${error} is found` : 'nothing is blamed'}: ${what}`, () => {
    const report = reportOf(what)
    const found = report.findings.filter(
      ({ code, severity }) => severity === 'error' && /^((valid|invalid|malformed)-|server-error)/.test(code),
    )
    assert.deepEqual(
      [...new Set(found.map(({ code }) => code as string))],
      error ? [error] : [],
      found.map(({ code, subject, detail }) => `${code} ${subject}: ${detail}`).join('\n'),
    )
    const ids = Object.values<Any>(paths).flatMap((item) =>
      Object.values<Any>(item).flatMap((one) => one.operationId ?? []),
    )
    assert.deepEqual(
      ids.filter((id) => !report.answered.has(id)),
      unreached,
    )
    for (const id of unreached)
      assert.match(
        report.untested.find(({ subject, what }) => subject === id && what === 'answers')?.reason ?? '',
        /--value \w+=VALUE/,
      )
  })
