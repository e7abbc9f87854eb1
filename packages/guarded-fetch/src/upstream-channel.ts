import { tracingChannel } from 'node:diagnostics_channel'

/** One HTTP request to another server, as subscribers of the channel see it. */
export interface UpstreamEvent {
  readonly method: string
  readonly url: URL
  /** How often it has been sent before. */
  readonly resent: number
  /** Adds a header to the request. Missing where the server must not learn the trace, because a user chose it. */
  readonly setHeader?: ((name: string, value: string) => void) | undefined
  /** Set when the server has answered. */
  status?: number
}

const channel = tracingChannel<unknown, UpstreamEvent>('reference-plugins:upstream')

/** Sends a request, and publishes it if anyone listens. Otherwise it costs nothing. */
export function publishUpstream<Answer extends { status: number }>(
  toEvent: () => UpstreamEvent,
  send: () => Promise<Answer>,
): Promise<Answer> {
  if (!channel.hasSubscribers) return send()
  const event = toEvent()
  return channel.tracePromise(async () => {
    const answer = await send()
    event.status = answer.status
    return answer
  }, event)
}
