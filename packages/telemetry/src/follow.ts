import { tracingChannel } from 'node:diagnostics_channel'
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { contexts } from './context.ts'
import type { Events } from './events.ts'
import type { Warnings } from './warnings.ts'

export interface Follower<Event> {
  /** The work begins. Returns its context, or undefined if it is not followed. */
  begin(event: Event, parent: Context): Context | undefined
  end(event: Event, context: Context, seconds: number): void
}

interface Followed {
  context: Context
  start: number
}

/** Follows the work that is published on a channel. A fault in `follower` is reported, and the work goes on. */
export function follow<Name extends keyof Events>(
  name: Name,
  follower: Follower<Events[Name]>,
  warnings: Warnings,
): void {
  type Event = Events[Name]
  const channel = tracingChannel<unknown, Event>(`reference-plugins:${name}`)
  const running = new WeakMap<Event, Followed>()

  channel.start.bindStore(contexts, (event) => {
    const parent = contexts.getStore() ?? ROOT_CONTEXT
    try {
      const context = follower.begin(event, parent)
      if (context) running.set(event, { context, start: performance.now() })
      return context ?? parent
    } catch (error) {
      report(error)
      return parent
    }
  })
  const end = (event: Event) => {
    const followed = running.get(event)
    if (!followed) return
    running.delete(event)
    try {
      follower.end(event, followed.context, (performance.now() - followed.start) / 1_000)
    } catch (error) {
      report(error)
    }
  }
  channel.subscribe({
    start() {},
    // Published when the work has returned its promise, or has thrown.
    end: (event) => 'error' in event && end(event),
    asyncStart() {},
    asyncEnd: end,
    error() {},
  })

  function report(error: unknown): void {
    warnings.tell(`channel ${name}`, `${name} could not be recorded (${(error as Error).name})`)
  }
}
