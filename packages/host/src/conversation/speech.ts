import type { Model, ModelEvent, ModelRequest } from '../models/model.ts'
import type { TurnEvent } from '../wire.ts'
import { callByModel } from './new-call.ts'
import type { ChosenTools } from './prompt.ts'

/** Of what the model asks for at once, more is not read. */
const mostAtOnce = 50
const longestText = 100_000

const endings: Partial<Record<Extract<ModelEvent, { type: 'end' }>['reason'], string>> = {
  length: 'The model reached its longest answer here. Say "go on" for more.',
  'content-filter': 'The model refuses to answer this.',
}

/** What happens to a message while the model speaks. */
export type MessageEvent = Extract<TurnEvent, { message: string }>

/**
 * One answer of the model, as changes of its message. Nothing is called yet.
 * @throws ModelError
 */
export async function* speak(
  model: Model,
  request: ModelRequest,
  tools: ChosenTools,
  message: string,
): AsyncGenerator<MessageEvent> {
  let length = 0
  let count = 0
  for await (const event of model.stream(request)) {
    if (event.type === 'text') {
      length += event.delta.length
      if (length > longestText) return
      yield { type: 'text', message, delta: event.delta }
    } else if (event.type === 'end') {
      const text = endings[event.reason]
      if (text !== undefined) yield { type: 'notice', message, text }
    } else {
      if (count++ === mostAtOnce) return
      yield { type: 'call', message, call: callByModel(event, tools) }
    }
  }
}
