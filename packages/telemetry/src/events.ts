import type { IncomingMessage } from 'node:http'

// What the packages publish on their `node:diagnostics_channel` tracing channels, and this package subscribes to. The name of a
// channel is `reference-plugins:` and the key below. `error` is set by Node when the work fails.

/** An HTTP request to a plugin or the host. */
export interface RequestEvent {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'httpVersion'>
  readonly scheme: string
  /** The path with its `{parameters}`; undefined where nothing is at the path. Set when the answer is known. */
  route?: string | undefined
  /** Set when the answer is known. */
  status?: number
}

/** A run of an operation. */
export interface OperationEvent {
  readonly operation: string
  /** `direct`: neither over HTTP nor over MCP, such as from a test. */
  readonly via: 'http' | 'mcp' | 'direct'
  error?: unknown
}

/** A message to the MCP server of a plugin. */
export interface MessageEvent {
  /** As the client wrote it. */
  readonly method: unknown
  /** The tool that is called, if it exists. */
  readonly tool?: string | undefined
  readonly meta?: Readonly<Record<string, unknown>> | undefined
  readonly protocolVersion?: string | undefined
  /** Set when the answer is known. */
  status?: number
}

/** A statement, from its call to its result, on a database. */
export interface StatementEvent {
  readonly engine: 'sqlite' | 'postgres'
  /** The parts of the tagged template, without the values. */
  readonly sql: readonly string[]
  error?: unknown
}

/** One HTTP request to another server. A repetition is another request. */
export interface UpstreamEvent {
  readonly method: string
  readonly url: URL
  /** How often it has been sent before. */
  readonly resent: number
  /** Adds a header to the request. Missing where the server must not learn the trace, because a user chose it. */
  readonly setHeader?: ((name: string, value: string) => void) | undefined
  /** Set when the server has answered. */
  status?: number
  error?: unknown
}

/** A turn of a conversation in the host. */
export interface TurnEvent {
  /** The id of the conversation. */
  readonly conversation: string
  /** How it ended. */
  result?: unknown
  error?: unknown
}

/** One answer of a model. */
export interface ModelEvent {
  readonly provider: string
  readonly model: string
  /** Of the model's server. */
  readonly url: URL
  inputTokens?: number | undefined
  outputTokens?: number | undefined
  finishReason?: string | undefined
  error?: unknown
}

/** A call of a plugin by the host. */
export interface PluginCallEvent {
  readonly protocol: 'http' | 'mcp'
  /** As the document of the plugin names it. */
  readonly operation: string
  /** Of the plugin. */
  readonly url: URL
  /** Gets `traceparent` and `tracestate`, for the `_meta` of a message. */
  readonly meta: Record<string, string>
  /** Set when it has ended: `done`, `refused` or `failed`, and the status of the answer if there is one. */
  state?: string
  status?: number | undefined
  error?: unknown
}

/**
 * The figures of pools of connections. They are published empty on the plain channel `reference-plugins:pool`, and each pool adds
 * its own.
 */
export interface PoolFigures {
  used: number
  idle: number
  /** Work that waits for a connection. */
  waiting: number
}

export interface Events {
  request: RequestEvent
  operation: OperationEvent
  message: MessageEvent
  statement: StatementEvent
  upstream: UpstreamEvent
  turn: TurnEvent
  model: ModelEvent
  'plugin-call': PluginCallEvent
}
