import { isObject, listOfAny, objectOf } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { createParser } from 'eventsource-parser'

/** What an MCP server has answered, as it came: the SDK parses it too, but rounds its numbers. */
export class ReceivedText {
  #answers: { isStream: boolean; pieces: Uint8Array[] }[] = []

  /** The same answer; what is read of it is kept. */
  keep(answer: Response): Response {
    if (!answer.body) return answer
    const pieces: Uint8Array[] = []
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
    this.#answers.push({ isStream, pieces })
    const body = answer.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          pieces.push(piece)
          controller.enqueue(piece)
        },
      }),
    )
    return new Response(body, { status: answer.status, statusText: answer.statusText, headers: answer.headers })
  }

  /** A member of the last result that has it, with exact numbers. Undefined where none has. */
  lastOf(name: string): unknown {
    return this.#answers
      .flatMap(({ isStream, pieces }) => messagesIn(new TextDecoder().decode(Buffer.concat(pieces)), isStream))
      .map((message) => objectOf(objectOf(message).result)[name])
      .findLast((value) => value !== undefined)
  }
}

function messagesIn(text: string, isStream: boolean): unknown[] {
  const texts: string[] = []
  if (isStream) createParser({ onEvent: ({ data }) => void texts.push(data) }).feed(text)
  else texts.push(text)
  return texts.flatMap((one) => {
    try {
      const message = parseExact(one)
      return isObject(message) ? [message] : listOfAny(message)
    } catch {
      // The SDK has reported it.
      return []
    }
  })
}
