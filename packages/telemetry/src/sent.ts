// Everything that is sent: the code can set no other attribute, and docs/telemetry.md is generated from this list.

export interface SpanDefinition {
  /** What it covers. */
  readonly title: string
  readonly kind: 'server' | 'client' | 'internal'
  /** An example of its name. */
  readonly name: string
  readonly attributes: readonly AttributeName[]
}

export interface MetricDefinition {
  readonly title: string
  readonly name: string
  readonly type: 'histogram' | 'counter' | 'up-down counter' | 'gauge'
  readonly unit: string
  /** The upper bounds of the buckets of a histogram. */
  readonly buckets?: readonly number[]
  readonly attributes: readonly AttributeName[]
}

/** Each attribute, and what its value may be. None has an input, an output, a token, a user or the address of a client. */
export const attributes = {
  'http.request.method': 'the method, or `_OTHER`',
  'http.route': 'the path with its parameters in braces; missing where nothing is at the path',
  'http.response.status_code': 'the status of the answer',
  'http.request.resend_count': 'how often the request has been sent before, if it has',
  'url.scheme': '`http` or `https`',
  'network.protocol.version': 'the version of HTTP',
  'server.address': 'the host name of the server that is called',
  'server.port': 'its port',
  'error.type':
    'missing if it succeeded; a status, the name of an error class, a code such as `ECONNREFUSED`, `tool_error` or `timeout`',
  'reference_plugins.operation.id': 'the operationId',
  'reference_plugins.operation.via': '`http`, `mcp` or `direct`',
  'reference_plugins.call.protocol': '`http` or `mcp`',
  'reference_plugins.call.state': '`done`, `refused` or `failed`',
  'reference_plugins.turn.state': '`done`, `waiting` or `failed`',
  'db.system.name': '`sqlite` or `postgresql`',
  'db.operation.name': 'the first word of the statement',
  'db.collection.name': 'the first table of the statement',
  'db.query.text': 'the statement with `?` for each value',
  'db.client.connection.state': '`used` or `idle`',
  'db.client.connection.pool.name': '`store`',
  'mcp.method.name': 'the method of the message, or `_OTHER`',
  'mcp.protocol.version': 'the version of the protocol, if the client names one that exists',
  'gen_ai.operation.name': '`invoke_agent`, `chat` or `execute_tool`',
  'gen_ai.tool.name': 'the operation that is called',
  'gen_ai.conversation.id': 'the random id of the conversation in the host',
  'gen_ai.provider.name': '`openai`, `anthropic`, or `custom` for another server with the API of OpenAI',
  'gen_ai.request.model': 'the name of the model',
  'gen_ai.response.finish_reasons': 'why the model stopped, such as `stop` or `tool-calls`',
  'gen_ai.usage.input_tokens': 'how many tokens the model read',
  'gen_ai.usage.output_tokens': 'how many tokens it wrote',
  'gen_ai.token.type': '`input` or `output`',
} as const

export type AttributeName = keyof typeof attributes

const seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const databaseSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
const longSeconds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]
const tokens = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864]

export const spans = {
  request: {
    title: 'a request to a plugin or the host; not `/livez` and `/readyz`',
    kind: 'server',
    name: 'GET /todos/{username}',
    attributes: [
      'http.request.method',
      'http.route',
      'http.response.status_code',
      'url.scheme',
      'network.protocol.version',
      'error.type',
    ],
  },
  message: {
    title: 'a message to MCP; a batch of several messages has none',
    kind: 'server',
    name: 'tools/call getTodos',
    attributes: ['mcp.method.name', 'mcp.protocol.version', 'gen_ai.operation.name', 'gen_ai.tool.name', 'error.type'],
  },
  operation: {
    title: 'a run of an operation',
    kind: 'internal',
    name: 'getTodos',
    attributes: ['reference_plugins.operation.id', 'reference_plugins.operation.via', 'error.type'],
  },
  statement: {
    title: 'a statement on the database, if it is part of another span',
    kind: 'client',
    name: 'SELECT todo',
    attributes: ['db.system.name', 'db.operation.name', 'db.collection.name', 'db.query.text', 'error.type'],
  },
  upstream: {
    title: 'a request to another server',
    kind: 'client',
    name: 'GET',
    attributes: [
      'http.request.method',
      'http.response.status_code',
      'http.request.resend_count',
      'server.address',
      'server.port',
      'url.scheme',
      'error.type',
    ],
  },
  turn: {
    title: 'a turn of a conversation in the host',
    kind: 'internal',
    name: 'invoke_agent',
    attributes: ['gen_ai.operation.name', 'gen_ai.conversation.id', 'reference_plugins.turn.state', 'error.type'],
  },
  model: {
    title: 'an answer of a model',
    kind: 'client',
    name: 'chat gpt-5',
    attributes: [
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.request.model',
      'gen_ai.response.finish_reasons',
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'server.address',
      'server.port',
      'error.type',
    ],
  },
  call: {
    title: 'a call of a plugin by the host over HTTP',
    kind: 'internal',
    name: 'execute_tool getTodos',
    attributes: [
      'gen_ai.operation.name',
      'gen_ai.tool.name',
      'reference_plugins.call.protocol',
      'reference_plugins.call.state',
      'server.address',
      'server.port',
      'error.type',
    ],
  },
  tool: {
    title: 'a call of a plugin by the host over MCP',
    kind: 'client',
    name: 'tools/call getTodos',
    attributes: [
      'gen_ai.operation.name',
      'gen_ai.tool.name',
      'mcp.method.name',
      'reference_plugins.call.protocol',
      'reference_plugins.call.state',
      'server.address',
      'server.port',
      'error.type',
    ],
  },
} as const satisfies Record<string, SpanDefinition>

export const metrics = {
  requests: {
    title: 'how long requests take',
    name: 'http.server.request.duration',
    type: 'histogram',
    unit: 's',
    buckets: seconds,
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'url.scheme', 'error.type'],
  },
  activeRequests: {
    title: 'requests that are being answered',
    name: 'http.server.active_requests',
    type: 'up-down counter',
    unit: '{request}',
    attributes: ['http.request.method', 'url.scheme'],
  },
  limitedRequests: {
    title: 'requests that were answered with 429',
    name: 'reference_plugins.request.limited',
    type: 'counter',
    unit: '{request}',
    attributes: ['http.request.method', 'http.route'],
  },
  operations: {
    title: 'how long operations take',
    name: 'reference_plugins.operation.duration',
    type: 'histogram',
    unit: 's',
    buckets: seconds,
    attributes: ['reference_plugins.operation.id', 'reference_plugins.operation.via', 'error.type'],
  },
  messages: {
    title: 'how long messages to MCP take',
    name: 'mcp.server.operation.duration',
    type: 'histogram',
    unit: 's',
    buckets: longSeconds,
    attributes: ['mcp.method.name', 'mcp.protocol.version', 'gen_ai.operation.name', 'gen_ai.tool.name', 'error.type'],
  },
  statements: {
    title: 'how long statements take',
    name: 'db.client.operation.duration',
    type: 'histogram',
    unit: 's',
    buckets: databaseSeconds,
    attributes: ['db.system.name', 'db.operation.name', 'db.collection.name', 'error.type'],
  },
  connections: {
    title: 'connections to Postgres',
    name: 'db.client.connection.count',
    type: 'up-down counter',
    unit: '{connection}',
    attributes: ['db.client.connection.pool.name', 'db.client.connection.state'],
  },
  waitingForConnection: {
    title: 'work that waits for a connection to Postgres',
    name: 'db.client.connection.pending_requests',
    type: 'up-down counter',
    unit: '{request}',
    attributes: ['db.client.connection.pool.name'],
  },
  upstreams: {
    title: 'how long requests to other servers take',
    name: 'http.client.request.duration',
    type: 'histogram',
    unit: 's',
    buckets: seconds,
    attributes: ['http.request.method', 'http.response.status_code', 'error.type'],
  },
  models: {
    title: 'how long models answer',
    name: 'gen_ai.client.operation.duration',
    type: 'histogram',
    unit: 's',
    buckets: longSeconds,
    attributes: ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model', 'error.type'],
  },
  tokens: {
    title: 'how many tokens models read and write in one answer',
    name: 'gen_ai.client.token.usage',
    type: 'histogram',
    unit: '{token}',
    buckets: tokens,
    attributes: ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model', 'gen_ai.token.type'],
  },
  calls: {
    title: 'how long calls of plugins take',
    name: 'reference_plugins.call.duration',
    type: 'histogram',
    unit: 's',
    buckets: seconds,
    attributes: ['reference_plugins.call.protocol', 'reference_plugins.call.state', 'error.type'],
  },
  eventLoopDelay: {
    title: 'the longest delay of the event loop since the last report',
    name: 'nodejs.eventloop.delay.max',
    type: 'gauge',
    unit: 's',
    attributes: [],
  },
  eventLoopUtilization: {
    title: 'the share of time in which the event loop was busy since the last report',
    name: 'nodejs.eventloop.utilization',
    type: 'gauge',
    unit: '1',
    attributes: [],
  },
  memory: {
    title: 'the memory of the process',
    name: 'process.memory.usage',
    type: 'up-down counter',
    unit: 'By',
    attributes: [],
  },
} as const satisfies Record<string, MetricDefinition>

/** The attributes that a definition allows. One that is undefined is not sent. */
export type Attributes<Definition extends { readonly attributes: readonly AttributeName[] }> = {
  [Name in Definition['attributes'][number]]?: string | number | string[] | undefined
}
