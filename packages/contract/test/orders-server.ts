import { type Any, operation, parameter, type SmallServer, takes } from './small-server.ts'

const members = {
  title: { type: 'string', minLength: 1, maxLength: 200 },
  comment: { type: 'string', maxLength: 2000, default: '' },
  priority: { type: 'integer', minimum: 0, maximum: 9, default: 5 },
  tags: { type: 'array', items: { type: 'string', pattern: '^[a-z0-9-]+$', maxLength: 60 }, default: [] },
  labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 200 } },
  address: {
    type: 'object',
    required: ['city'],
    properties: { city: { type: 'string' }, country: { type: 'string', enum: ['AT', 'DE'] } },
  },
}
const order = {
  type: 'object',
  required: ['id', 'state', 'title'],
  properties: {
    id: { type: 'string', readOnly: true },
    ...members,
    state: { type: 'string', enum: ['open', 'cancelled'], readOnly: true },
    rank: { type: 'integer', readOnly: true },
  },
}
const answers = (schema: Any, more: Any = {}) => ({
  200: { description: 'd', content: { 'application/json': { schema } } },
  201: { description: 'd', content: { 'application/json': { schema } } },
  204: { description: 'd' },
  '4XX': { description: 'd' },
  ...more,
})
const fresh = () => ({
  comment: '',
  priority: 5,
  tags: [] as string[],
  labels: {} as Record<string, string>,
  address: { city: 'Linz', country: 'AT' },
})

const isText = (value: unknown, most: number, least = 0) =>
  typeof value === 'string' && value.length <= most && value.length >= least

/** The names of members that are wrong. */
function faults(body: Any, isWhole: boolean): string[] {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return ['body']
  const { title, comment, priority, tags, labels, address } = body
  const wrong: [string, boolean][] = [
    ['title', title === undefined ? isWhole : !isText(title, 200, 1)],
    ['comment', comment !== undefined && !isText(comment, 2000)],
    ['priority', priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 9)],
    [
      'tags',
      tags !== undefined && !(Array.isArray(tags) && tags.every((one) => isText(one, 60) && /^[a-z0-9-]+$/.test(one))),
    ],
    ['labels', labels !== undefined && !(isMap(labels) && Object.values(labels).every((one) => isText(one, 200)))],
    [
      'address',
      address !== undefined &&
        !(isMap(address) && isText(address.city, 1e6) && ['AT', 'DE', undefined].includes(address.country)),
    ],
  ]
  return wrong.filter(([, isWrong]) => isWrong).map(([name]) => name)
}
const isMap = (value: Any): boolean => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Orders with an action, a map, lists, a count and orders of a list. Correct without a defect, or with a habit. */
export function ordersServer(defect = '', habit = ''): SmallServer {
  const on = (name: string): boolean => name === defect
  const has = (name: string): boolean => name === habit
  const id = parameter('id', 'path', { type: 'string' })
  const one = (operationId: string, more: Any = {}) =>
    operation(operationId, { parameters: [id], responses: answers(order), ...more })
  const known = Object.keys(members)
  const pick = (body: Any) => Object.fromEntries(Object.entries(body).filter(([name]) => known.includes(name)))
  const tagsText = has('adds tags') ? { ...members.tags, description: 'Tags to add' } : members.tags
  return {
    paths: {
      '/orders': {
        get: operation('listOrders', {
          parameters: [
            parameter('q', 'query', { type: 'string' }),
            parameter('sort', 'query', { type: 'string', enum: ['priority', 'title'] }),
          ],
          responses: answers({
            type: 'object',
            properties: { orders: { type: 'array', items: order }, count: { type: 'integer' } },
          }),
        }),
        post: operation('placeOrder', {
          ...takes({ type: 'object', required: ['title'], properties: members }),
          responses: answers(order),
        }),
      },
      '/orders/{id}': {
        get: one('getOrder'),
        patch: one('changeOrder', takes({ type: 'object', properties: { ...members, tags: tagsText } })),
        put: one('replaceOrder', takes({ type: 'object', required: ['title'], properties: members })),
        delete: one('removeOrder'),
      },
      '/orders/{id}/cancel': { post: one('cancelOrder') },
      '/orders/{id}/preview': { post: one('previewOrder') },
    },
    answer({ method, parts: [, key, action], query, body }, state) {
      state.orders ??= [
        { id: 'first', title: 'Paper', ...fresh(), state: 'open', rank: 0 },
        { id: 'second', title: 'Ink', ...fresh(), state: 'open', rank: 1 },
      ]
      const { orders } = state
      if (key === undefined && method === 'GET') return list(orders, query)
      if (key === undefined) return place(state, body)
      const found = orders.find((other: Any) => other.id === key)
      if (!found) return [404]
      if (action === 'preview') return [200, { ...found, state: 'cancelled', comment: 'as it will be sent' }]
      if (action === 'cancel') return cancel(found, orders)
      if (method === 'GET') return [200, found]
      if (method === 'DELETE') return remove(state, found)
      if (faults(body, method === 'PUT').length > 0) return [400]
      return change(found, orders, { body: pick(body), isWhole: method === 'PUT' })
    },
  }

  function list(orders: Any[], query: URLSearchParams) {
    const [q, sort] = [query.get('q'), query.get('sort')]
    if (sort !== null && !['priority', 'title'].includes(sort)) return [400] as const
    let shown = orders.filter((other) => q === null || `${other.title} ${other.comment}`.includes(q))
    if (sort && !(on('sort-nothing') && sort === 'priority'))
      shown = shown.toSorted((a, b) => (a[sort] < b[sort] ? -1 : a[sort] > b[sort] ? 1 : 0))
    if (sort && has('sorts downwards')) shown = shown.toReversed()
    const count = has('counts everything') ? orders.length : shown.length + (on('count-off') ? 1 : 0)
    return [200, { orders: shown, count }] as const
  }

  function place(state: Any, body: Any) {
    if (faults(body, true).length > 0) return [400] as const
    const made = { id: `o${Object.keys(state).length}${state.orders.length}${Math.random()}`, title: '', ...fresh() }
    Object.assign(made, pick(body), { state: 'open', rank: state.orders.length })
    if (on('labels-lost')) made.labels = {}
    if (on('labels-first')) made.labels = Object.fromEntries(Object.entries(made.labels).slice(0, 1))
    if (on('labels-unseen')) delete (made as Any).labels
    if (has('keys in another case'))
      made.labels = Object.fromEntries(Object.entries(made.labels).map(([key, value]) => [key.toUpperCase(), value]))
    if (has('trims')) made.comment = made.comment.trim()
    state.orders.push(made)
    return [201, made] as const
  }

  function cancel(found: Any, orders: Any[]) {
    if (found.state !== 'open') return [409] as const
    if (on('cancels-nothing')) return [200, { ...found, state: 'cancelled' }] as const
    if (has('cancels later')) setTimeout(() => Object.assign(found, { state: 'cancelled' }), 100)
    else found.state = 'cancelled'
    if (on('cancels-all')) for (const other of orders) other.state = 'cancelled'
    return [200, { ...found, state: 'cancelled' }] as const
  }

  function remove(state: Any, found: Any) {
    state.orders = state.orders.filter((other: Any) => other !== found)
    if (on('deletes-first')) state.orders = state.orders.filter((other: Any) => other.id !== 'first')
    // The places of the others move up.
    for (const [index, other] of state.orders.entries()) other.rank = index
    return [204] as const
  }

  function change(found: Any, orders: Any[], { body, isWhole }: { body: Any; isWhole: boolean }) {
    const before = { ...found }
    Object.assign(found, isWhole ? fresh() : {}, body)
    if (!isWhole && body.tags && (on('tags-appended') || has('adds tags')))
      found.tags = [...new Set([...before.tags, ...body.tags])]
    if (!isWhole && body.labels && has('merges labels')) found.labels = { ...before.labels, ...body.labels }
    if (!isWhole && body.address && on('address-kept')) found.address = before.address
    if (!isWhole && on('changes-first')) Object.assign(orders[0], body)
    if (!isWhole && on('changes-priority-of-first') && body.priority !== undefined) orders[0].priority = body.priority
    if (!isWhole && on('new-id')) found.id = `${found.id}x`
    // Of all orders one is the urgent one.
    if (has('one at a time') && body.priority === 9)
      for (const other of orders) if (other !== found && other.priority === 9) other.priority = 8
    if (isWhole && on('replaces-first')) Object.assign(orders[0], body)
    return [200, found] as const
  }
}
