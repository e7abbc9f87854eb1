/** What the schedule needs to know of a step. */
export interface Scheduled {
  /** About how many processors it uses. By default 1. */
  load?: number
  /** What only one step may use at a time. */
  uses?: string
}

/** The most processors that steps use together. More than there are, because steps also wait for disks and processes. */
const mostLoad = 3

/**
 * Runs steps side by side, in their order as far as the processors and what they use allow it.
 * @param prepare what must be done before a step starts; others start in the meantime
 */
export async function runSideBySide<Step extends Scheduled>(
  steps: readonly Step[],
  run: (step: Step) => Promise<void>,
  prepare: (step: Step) => Promise<void> = async () => {},
): Promise<void> {
  const waiting = new Set(steps)
  const ready = new Set<Step>()
  const running = new Set<Step>()
  const done = Promise.withResolvers<void>()

  const fits = (step: Step): boolean => {
    const load = Array.from(running).reduce((sum, one) => sum + loadOf(one), 0)
    const isFree = step.uses === undefined || !Array.from(running).some(({ uses }) => uses === step.uses)
    return isFree && (load === 0 || load + loadOf(step) <= mostLoad)
  }
  const startMore = () => {
    for (const step of waiting) if (ready.has(step) && fits(step)) start(step)
    if (waiting.size + running.size === 0) done.resolve()
  }
  const start = (step: Step) => {
    waiting.delete(step)
    running.add(step)
    run(step).then(() => {
      running.delete(step)
      startMore()
    }, done.reject)
  }

  startMore()
  for (const step of steps)
    prepare(step).then(() => {
      ready.add(step)
      startMore()
    }, done.reject)
  await done.promise
}

const loadOf = ({ load = 1 }: Scheduled): number => load
