import { type Fault, Schedule } from './schedule.ts'
import { Site } from './site.ts'
import type { Subject } from './subject.ts'

/**
 * Makes each step fail at its points and in its calls of other services. What follows is another each time: one event or
 * none, and the call is repeated by its caller or by nobody. Then all is compared.
 * @param stride 1 for each point, 2 for every second, and so on
 * @returns the number of faults of each step
 */
export async function runPoints<Outside>(subject: Subject<Outside>, stride = 1): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const site = await Site.open(subject)
  const sequels: Sequel[] = [
    { isAsked: true, isRepeated: true },
    { isAsked: true, isRepeated: false },
    { isAsked: false, isRepeated: true },
    ...Object.keys(subject.events ?? {}).flatMap((event) => [
      { isAsked: true, event, isRepeated: true },
      { isAsked: false, event, isRepeated: true },
      { isAsked: true, event, isRepeated: false },
    ]),
  ]
  try {
    for (const [step, name] of Object.keys(subject.steps).entries())
      for (const kind of ['crash', 'unreachable', 'lost'] as const) {
        // The last points are only in calls that a person has confirmed.
        for (let at = 1 + (step % stride), missed = 0; missed < 3; at += kind === 'crash' ? stride : 1) {
          const sequel = sequels[(step + at) % sequels.length] as Sequel
          const isStruck = await strike(site, step, { kind, at, ...sequel })
          missed = isStruck ? 0 : missed + 1
          if (isStruck) counts[name] = (counts[name] ?? 0) + 1
        }
      }
  } finally {
    await site.close().catch(() => {})
  }
  return counts
}

/** Whether the person was asked before the call, what happens after the fault, and whether the caller repeats the call. */
interface Sequel {
  isAsked: boolean
  event?: string
  isRepeated: boolean
}

let users = 0

/** @returns false if the step has no such point */
async function strike<Outside>(
  site: Site<Outside>,
  step: number,
  how: Sequel & Pick<Fault, 'kind' | 'at'>,
): Promise<boolean> {
  const { isAsked, event, isRepeated, ...fault } = how
  const schedule = new Schedule(site, `point${users++}`)
  try {
    for (let before = 0; before < step; before++)
      await schedule.play({ sends: [{ kind: 'new', step: before, choice: 0, asks: false, instance: 0 }] })
    const isStruck = await schedule.play({
      sends: [{ kind: 'new', step, choice: 0, asks: isAsked, instance: 0 }],
      fault: { ...fault, instance: 0 },
    })
    if (event !== undefined) await schedule.happen(event, 1)
    site.clock.advance(40)
    if (isRepeated) await schedule.play({ sends: [{ kind: 'again', which: step, hasKey: true, instance: 0 }] })
    await schedule.end()
    // Some events have an end.
    if (event !== undefined) await schedule.happen(event, 0)
    return isStruck
  } catch (error) {
    const name = Object.keys(site.subject.steps)[step]
    throw new Error(`${name} ${JSON.stringify(how)}: ${(error as Error).message}`, { cause: error })
  }
}
