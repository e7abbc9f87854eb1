import type { Answer, Any, Call, Forward, Handler } from './proxy.ts'

/** What the defects have to know of a server. */
export interface Subject {
  /** The path of the list, to which things are added. */
  list: string
  /** A member of the thing that is text, and one that every thing has. */
  text: string
  needed: string
  /** A body that is valid. */
  valid: object
  /** How a thing is changed. */
  change?: 'PUT' | 'PATCH'
  /** The header and the value that sign the first user in. */
  signIn?: readonly [name: string, value: string]
  hasSecondUser?: true
  /** Query parameters of the list. */
  filter?: string
  offset?: string
  limit?: string
  /** Whether a creation answers with its Location. */
  hasLocation?: true
}

export const subjects: Record<string, Subject> = {
  'FastAPI with OAuth 2': {
    list: '/notes',
    text: 'text',
    needed: 'id',
    valid: { text: 'a' },
    change: 'PUT',
    signIn: ['authorization', 'Bearer token-of-johndoe'],
    hasSecondUser: true,
  },
  'Fastify with @fastify/swagger': {
    list: '/tasks',
    text: 'title',
    needed: 'priority',
    valid: { title: 'a' },
    change: 'PUT',
    signIn: ['apikey', 'key-of-the-app'],
    filter: 'done',
    offset: 'offset',
    limit: 'limit',
  },
  'express-openapi-validator': {
    list: '/v1/pets',
    text: 'name',
    needed: 'type',
    valid: { name: 'a', type: 'dog' },
    filter: 'type',
    limit: 'limit',
    hasLocation: true,
  },
  'NestJS with @nestjs/swagger': {
    list: '/cats',
    text: 'name',
    needed: 'age',
    valid: { name: 'a', age: 1, breed: 'tabby' },
    change: 'PATCH',
    filter: 'breed',
    limit: 'limit',
  },
  'openapi-backend': {
    list: '/todos',
    text: 'title',
    needed: 'id',
    valid: { title: 'a' },
    change: 'PUT',
    signIn: ['authorization', `Basic ${Buffer.from('ada:lovelace').toString('base64')}`],
    hasSecondUser: true,
  },
}

/** A defect: undefined where the server has nothing that could have it. */
type Plant = (subject: Subject) => Handler | undefined

const pathOf = ({ path }: Call): string => (path.split('?')[0] ?? '').replace(/\/$/, '')
const isItem = ({ list }: Subject, call: Call): boolean =>
  pathOf(call).startsWith(`${list}/`) &&
  !pathOf(call)
    .slice(list.length + 1)
    .includes('/')
const isList = ({ list }: Subject, call: Call): boolean => pathOf(call) === list
const isGood = ({ status }: Answer): boolean => status >= 200 && status < 300
const read = ({ body }: { body: Buffer }): Any => {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
const write = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const itemsOf = (value: Any): Any[] | undefined => (Array.isArray(value) ? value : value?.items)

type Where = (subject: Subject, call: Call) => boolean
const reading: Where = (subject, call) => call.method === 'GET' && isItem(subject, call)
const listing: Where = (subject, call) => call.method === 'GET' && isList(subject, call)
const creating: Where = (subject, call) => call.method === 'POST' && isList(subject, call)
const changing: Where = (subject, call) => call.method === subject.change && isItem(subject, call)
const deleting: Where = (subject, call) => call.method === 'DELETE' && isItem(subject, call)
const anything: Where = (subject, call) => pathOf(call).startsWith(subject.list)

/** Changes the answers in one place. */
const answers =
  (where: Where, change: (answer: Answer, subject: Subject, call: Call) => void): Plant =>
  (subject) =>
  async (call, forward) => {
    const answer = await forward(call)
    if (where(subject, call)) change(answer, subject, call)
    return answer
  }
/** Changes the JSON of good answers in one place. */
const values = (where: Where, change: (value: Any, subject: Subject) => Any): Plant =>
  answers(where, (answer, subject) => {
    const value = read(answer)
    if (isGood(answer) && value !== undefined) answer.body = write(change(value, subject) ?? value)
  })
/** Changes the JSON that is sent in one place. */
const bodies =
  (where: Where, change: (value: Any, subject: Subject) => void): Plant =>
  (subject) =>
  async (call, forward) => {
    const value = where(subject, call) ? read(call) : undefined
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      change(value, subject)
      return forward({ ...call, body: write(value) })
    }
    return forward(call)
  }
/** Answers in place of the server. */
const replies =
  (where: Where, reply: (call: Call, forward: Forward, subject: Subject, state: Any) => Promise<Answer>): Plant =>
  (subject) =>
  (call, forward, state) =>
    where(subject, call) ? reply(call, forward, subject, state) : forward(call)
const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: write(value),
})
const onlyWith =
  (member: keyof Subject, plant: Plant): Plant =>
  (subject) =>
    subject[member] === undefined ? undefined : plant(subject)
/** Removes a parameter from the query of the list. */
const ignores = (member: 'filter' | 'offset' | 'limit'): Plant =>
  onlyWith(member, (subject) => async (call, forward) => {
    if (!listing(subject, call)) return forward(call)
    const url = new URL(call.path, 'http://localhost')
    url.searchParams.delete(subject[member] ?? '')
    return forward({ ...call, path: `${url.pathname}${url.search}` })
  })

export const defects: Record<string, Plant> = {
  'an unknown id is answered with 500': answers(reading, (answer) => {
    if (answer.status === 404) answer.status = 500
  }),
  'an item that does not exist is shown empty': answers(reading, (answer) => {
    if (answer.status === 404) Object.assign(answer, json(200, {}))
  }),
  'a text is sent as a number': values(reading, (value, { text }) => ({ ...value, [text]: 17 })),
  'a member is missing': values(reading, (value, { needed }) => ({ ...value, [needed]: undefined })),
  'the list is labelled as HTML': answers(listing, ({ headers }) => {
    headers['content-type'] = 'text/html'
  }),
  'the list is not JSON': answers(listing, (answer) => {
    if (isGood(answer)) answer.body = Buffer.concat([answer.body, Buffer.from(',')])
  }),
  'a creation is answered with 202': answers(creating, (answer) => {
    if (answer.status === 201) answer.status = 202
  }),
  'invalid input is accepted': replies(creating, async (call, forward, { valid }) => {
    const answer = await forward(call)
    return [400, 422].includes(answer.status) ? forward({ ...call, body: write(valid) }) : answer
  }),
  'a creation is lost': replies(creating, async (call, forward) => {
    const answer = await forward(call)
    const { id } = read(answer) ?? {}
    if (isGood(answer)) await forward({ ...call, method: 'DELETE', path: `${pathOf(call)}/${id}`, body: Buffer.of() })
    return answer
  }),
  'a deletion does nothing': replies(deleting, async (call, forward) => {
    const answer = await forward({ ...call, method: 'GET' })
    return isGood(answer) ? { status: 204, headers: {}, body: Buffer.of() } : answer
  }),
  'a change is lost': onlyWith(
    'change',
    replies(changing, async (call, forward) => {
      const before = await forward({ ...call, method: 'GET', body: Buffer.of() })
      const answer = await forward(call)
      if (!isGood(answer) || !isGood(before)) return answer
      const { id, ...rest } = read(before)
      await forward({ ...call, body: write(rest) })
      return answer
    }),
  ),
  'the list leaves out the newest': values(listing, (value) => {
    itemsOf(value)?.pop()
  }),
  'reading an item deletes it': replies(reading, async (call, forward) => {
    const answer = await forward(call)
    await forward({ ...call, method: 'DELETE' })
    return answer
  }),
  'no token is needed': onlyWith(
    'signIn',
    ({ signIn: [name, value] = ['', ''] }) =>
      (call, forward) =>
        forward({ ...call, headers: { [name]: value, ...call.headers } }),
  ),
  'any token is accepted': onlyWith(
    'signIn',
    ({ signIn: [name, value] = ['', ''] }) =>
      (call, forward) =>
        forward(call.headers[name] ? { ...call, headers: { ...call.headers, [name]: value } } : call),
  ),
  'users see the things of each other': onlyWith('hasSecondUser', (subject) => async (call, forward) => {
    const [name, value] = subject.signIn ?? ['', '']
    const isSignedIn = (await forward({ ...call, method: 'GET', path: subject.list, body: Buffer.of() })).status !== 401
    return forward(isSignedIn ? { ...call, headers: { ...call.headers, [name]: value } } : call)
  }),
  'an error shows the inside': answers(anything, (answer) => {
    if (answer.status === 404)
      answer.body = write({ ...read(answer), message: 'Error\n    at find (/srv/app/src/things.js:17:9)' })
  }),
  'letters beyond ASCII become question marks': bodies(creating, (value, { text }) => {
    if (typeof value[text] === 'string') value[text] = value[text].replace(/[^\0-\x7f]/g, '?')
  }),
  'texts are cut': bodies(creating, (value, { text }) => {
    if (typeof value[text] === 'string') value[text] = value[text].slice(0, 12)
  }),
  'an emoji ends in 500': replies(creating, async (call, forward) =>
    /[\u{10000}-\u{10ffff}]/u.test(call.body.toString()) ? json(500, { message: 'x' }) : forward(call),
  ),
  'every creation has the same id': replies(creating, async (call, forward, _subject, state) => {
    const answer = await forward(call)
    const value = read(answer)
    if (isGood(answer)) {
      state.id ??= value.id
      answer.body = write({ ...value, id: state.id })
    }
    return answer
  }),
  'every second read fails': replies(reading, async (call, forward, _subject, state) => {
    const answer = await forward(call)
    state.count = (state.count ?? 0) + Number(isGood(answer))
    return isGood(answer) && state.count % 2 === 0
      ? json(404, { message: 'x', statusCode: 404, detail: 'x', err: 'x' })
      : answer
  }),
  'HEAD fails': replies(
    (_subject, { method }) => method === 'HEAD',
    async () => ({ status: 500, headers: {}, body: Buffer.of() }),
  ),
  'the filter is ignored': ignores('filter'),
  'the offset is ignored': ignores('offset'),
  'the limit is ignored': ignores('limit'),
  'Location leads nowhere': onlyWith(
    'hasLocation',
    answers(creating, ({ headers }) => {
      if (headers.location) headers.location = headers.location.replace(/\d+$/, '987654321')
    }),
  ),
}
