import { isObject, objectOf } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream'

/**
 * Some servers with the protocol of Anthropic send the arguments of a call whole, as an object, in which the SDK would
 * round numbers. They become text, as Anthropic sends them.
 */
export const withInputsAsText =
  (send: typeof fetch): typeof fetch =>
  async (input, init) => {
    const { status, headers, body, statusText } = await send(input, init)
    if (!body || headers.get('content-type')?.startsWith('text/event-stream') !== true)
      return new Response(body, { status, statusText, headers })
    const events = body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
      .pipeThrough(
        new TransformStream<EventSourceMessage, string>({
          transform({ data }, controller) {
            for (const one of inputAsText(data)) controller.enqueue(`data: ${one}\n\n`)
          },
        }),
      )
      .pipeThrough(new TextEncoderStream())
    return new Response(events, { status, statusText, headers })
  }

function inputAsText(data: string): string[] {
  if (!data.includes('"content_block_start"')) return [data]
  const event = objectOf(parseExact(data))
  const block = objectOf(event.content_block)
  if (!isObject(block.input) || Object.keys(block.input).length === 0) return [data]
  const delta = { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
  return [
    JSON.stringify({ ...event, content_block: { ...block, input: {} } }),
    JSON.stringify({ type: 'content_block_delta', index: event.index, delta }),
  ]
}
