import { parseExact } from '@reference-plugins/reader/exact-json'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { base } from './base.ts'

/** The server refused the request. The message is for the user. */
class ApiError extends Error {}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  const response = await fetch(base + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new ApiError('Could not reach the host. Check that it is running.')
  })
  if (response.ok) return response
  const problem = (await response.json().catch(() => undefined)) as { detail?: string } | undefined
  throw new ApiError(problem?.detail ?? `The host returned status ${response.status}`)
}

export async function request<Result>(method: string, path: string, body?: unknown): Promise<Result> {
  const response = await send(method, path, body)
  return (response.status === 204 ? undefined : parseExact(await response.text())) as Result
}

export const get = <Result>(path: string): Promise<Result> => request<Result>('GET', path)

/** The events of a response, as they arrive, until the server ends it. */
export async function* events<Event>(method: string, path: string, body?: unknown): AsyncGenerator<Event> {
  const response = await send(method, path, body)
  // Not every browser can iterate a stream.
  const reader = response.body
    ?.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader()
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (!value) return
    yield parseExact(value.data) as Event
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
