import { text, userOperation } from '@reference-plugins/core'
import { z } from 'zod'

/** Another service. It knows idempotency keys: a cake that is begun again is the same one. */
export interface Oven {
  begin(key: string, name: string): Promise<void>
  look(key: string): Promise<{ minutesLeft: number; cake: string }>
  stop(key: string): Promise<void>
  /** Until a moment later. */
  wait(signal: AbortSignal): Promise<void>
}

export const bakeCake = (oven: Oven) =>
  userOperation('POST /cakes', {
    summary: 'Bake a cake, which takes half an hour',
    openWorld: true,
    destructive: false,
    idempotent: false,
    input: z.object({ name: text(20).describe('The name on the cake') }),
    output: z.object({ cake: z.string() }),
    errors: { 409: 'the cake was cancelled' },
    once: 'resume',
    // A call that takes longer becomes a task.
    taskAfter: 10,
    async handler({ name }, { key, signal, progress, throwIfCancelled }) {
      await throwIfCancelled()
      await oven.begin(key, name)
      for (;;) {
        const { minutesLeft, cake } = await oven.look(key)
        if (minutesLeft === 0) return { cake }
        progress(30 - minutesLeft, 30, `${minutesLeft} minutes to go`)
        await throwIfCancelled(() => oven.stop(key))
        await oven.wait(signal)
      }
    },
  })
