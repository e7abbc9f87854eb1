import { clock } from './clock.ts'
import type { Fault } from './schedule.ts'
import { Schedule } from './schedule.ts'
import { Site } from './site.ts'
import type { Subject } from './subject.ts'

/**
 * Makes each step fail at each of its points and in each of its calls of another service. Then all events happen or none,
 * the call is repeated by its caller or by nobody, and all is compared.
 * @returns the number of faults of each step
 */
export async function runPoints<Outside>(subject: Subject<Outside>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const site = new Site(subject)
  clock.start()
  try {
    for (const [step, name] of Object.keys(subject.steps).entries())
      for (const kind of ['crash', 'unreachable', 'lost'] as const)
        for (const after of ['repeat', 'change and repeat', 'change'] as const)
          for (const asks of [true, false])
            for (let at = 1; await strike(site, { step, kind, at, after, asks }); at++)
              counts[name] = (counts[name] ?? 0) + 1
  } finally {
    clock.stop()
    await site.close().catch(() => {})
  }
  return counts
}

interface Strike extends Pick<Fault, 'kind' | 'at'> {
  step: number
  after: 'repeat' | 'change and repeat' | 'change'
  asks: boolean
}

let users = 0

/** @returns false if the step has no such point */
async function strike<Outside>(site: Site<Outside>, { step, kind, at, after, asks }: Strike): Promise<boolean> {
  const schedule = new Schedule(site, `point${users++}`)
  try {
    for (let before = 0; before < step; before++)
      await schedule.play({ sends: [{ kind: 'new', step: before, choice: 0, asks: false, instance: 0 }] })
    const isStruck = await schedule.play({
      sends: [{ kind: 'new', step, choice: 0, asks, instance: 0 }],
      fault: { kind, at, instance: 0 },
    })
    if (after !== 'repeat') for (const event of Object.keys(site.subject.events ?? {})) await schedule.happen(event, 1)
    if (after !== 'change') {
      clock.advance(40)
      await schedule.play({ sends: [{ kind: 'again', which: step, hasKey: true, instance: 0 }] })
    }
    await schedule.end()
    return isStruck
  } catch (error) {
    const how = { kind, at, after, asks }
    throw new Error(`${Object.keys(site.subject.steps)[step]} ${JSON.stringify(how)}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
