import type { Call, Conversation, TurnEvent } from '../src/wire.ts'
import type { Browser } from './fixture.ts'

/** Calls an operation by hand in a new conversation, and allows the call if the host asks. */
export async function callOperation(browser: Browser, plugin: string, operation: string, given: object): Promise<Call> {
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
  let events = await browser.events<TurnEvent>(`/api/conversations/${id}/calls`, {
    plugin,
    operation,
    arguments: given,
  })
  const last = () => events.flatMap((event) => (event.type === 'call' ? [event.call] : [])).at(-1) as Call
  const asked = last()
  if (asked.state === 'waiting')
    events = await browser.events(`/api/conversations/${id}/calls/${asked.id}/decision`, {
      decision: 'allow',
      digest: asked.ask?.digest,
    })
  return last()
}
