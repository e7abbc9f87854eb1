import type { IncomingHttpHeaders } from 'node:http'
import {
  CLIENT_CAPABILITIES_META_KEY,
  classifyInboundRequest,
  type InboundLegacyRoute,
  isJSONRPCRequest,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  type ProtocolEra,
  ProtocolErrorCode,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
  UnsupportedProtocolVersionError,
} from '@modelcontextprotocol/server'
import { headerFault } from './standard-headers.ts'

/** The protocol without sessions. The SDK calls it and what follows `modern`, and earlier ones `legacy`. */
export const modernVersion = '2026-07-28'
/** The code of the 2026-07-28 protocol for headers that differ from the message. */
const headerMismatch = -32020

/** The requests in one POST, without notifications and answers, to which nothing is said. */
export interface Messages {
  era: ProtocolEra
  requests: JSONRPCRequest[]
}

/** Refuses a POST before a server has seen its messages. */
export class MessageError extends Error {
  override readonly name = 'MessageError'
  readonly code: number
  readonly data: unknown
  /** Null where the messages have no single id, JSON-RPC 2.0 section 5. */
  readonly id: RequestId | null

  constructor(code: number, message: string, id: RequestId | null = null, data?: unknown) {
    super(message)
    this.code = code
    this.id = id
    this.data = data
  }
}

/**
 * What the body of a POST asks for, and in which protocol.
 * @throws MessageError
 */
export function toMessages(headers: IncomingHttpHeaders, body: unknown): Messages {
  const version = headers['mcp-protocol-version'] as string | undefined
  const era = ordinaryEra(headers, version, body)
  if (era === 'legacy') return { era, requests: [body as JSONRPCRequest] }
  if (era === 'modern') return { era, requests: [withStandardHeaders(headers, body as JSONRPCRequest)] }
  const route = classifyInboundRequest({
    httpMethod: 'POST',
    ...(version !== undefined && { protocolVersionHeader: version }),
    ...(headers['mcp-method'] !== undefined && { mcpMethodHeader: headers['mcp-method'] as string }),
    body,
  })
  if (route.kind === 'reject') throw new MessageError(route.code, route.message, idOf(body), route.data)
  if (route.kind === 'legacy') return { era: 'legacy', requests: earlierRequests(route, version, body) }
  const { revision = '' } = route.classification
  if (revision !== modernVersion) {
    const { code, message, data } = new UnsupportedProtocolVersionError({
      supported: [modernVersion],
      requested: revision,
    })
    throw new MessageError(code, message, idOf(body), data)
  }
  if (route.messageKind === 'notification') return { era: 'modern', requests: [] }
  return { era: 'modern', requests: [withStandardHeaders(headers, route.message)] }
}

/**
 * The era of a single request in which nothing is wrong so far. Undefined for all else, which the SDK classifies; it first
 * tests whether a message is an answer, and that takes longer than the rest of a call.
 */
function ordinaryEra(
  headers: IncomingHttpHeaders,
  version: string | undefined,
  body: unknown,
): ProtocolEra | undefined {
  if (!isJSONRPCRequest(body)) return undefined
  const meta: Record<string, unknown> = body.params?._meta ?? {}
  if (!(PROTOCOL_VERSION_META_KEY in meta))
    return version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version) ? 'legacy' : undefined
  const claimed = meta[PROTOCOL_VERSION_META_KEY]
  const isConsistent = claimed === modernVersion && version === claimed && headers['mcp-method'] === body.method
  return isConsistent && typeof meta[CLIENT_CAPABILITIES_META_KEY] === 'object' && body.method !== 'initialize'
    ? 'modern'
    : undefined
}

function withStandardHeaders(headers: IncomingHttpHeaders, message: JSONRPCRequest): JSONRPCRequest {
  const fault = headerFault(headers, message)
  if (fault !== undefined) throw new MessageError(headerMismatch, fault, message.id)
  return message
}

function earlierRequests({ reason }: InboundLegacyRoute, version: string | undefined, body: unknown): JSONRPCRequest[] {
  const requests =
    reason === 'batch'
      ? (body as unknown[]).filter(isJSONRPCRequest)
      : reason === 'no-claim' || reason === 'initialize'
        ? [body as JSONRPCRequest]
        : []
  if (reason === 'initialize') return requests
  if (requests.some(({ method }) => method === 'initialize'))
    throw new MessageError(ProtocolErrorCode.InvalidRequest, 'Send initialize alone, not among other messages')
  if (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return requests
  const supported = SUPPORTED_PROTOCOL_VERSIONS.join(', ')
  throw new MessageError(-32000, `The protocol version in the header is not supported: send one of ${supported}`)
}

/** The id of a single request, as an error names it. */
function idOf(body: unknown): RequestId | null {
  const { method, id } = Object(body) as { method?: unknown; id?: unknown }
  return typeof method === 'string' && (typeof id === 'string' || typeof id === 'number') ? id : null
}
