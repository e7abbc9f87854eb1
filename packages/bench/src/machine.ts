import { availableParallelism, cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** Above this share of the processors that others use, the figures of two runs differ more than the servers. */
const busy = 0.1

/** The machine, in words: how many processors, and whether something else uses them in the next seconds. */
export async function describeMachine(seconds: number): Promise<string> {
  const shareSinceNow = processorUse()
  await sleep(seconds * 1000)
  const share = shareSinceNow()
  const percent = Math.round(share * 100)
  const processors = `${availableParallelism()} processors`
  return share > busy
    ? `${processors}, **a busy machine**: others used ${percent}% of it`
    : `${processors}, quiet (${percent}% used)`
}

/** Returns what tells the share of all processors, from 0 to 1, that has been used since now. */
export function processorUse(): () => number {
  const before = total()
  return () => {
    const after = total()
    return 1 - (after.idle - before.idle) / (after.all - before.all)
  }
}

function total(): { all: number; idle: number } {
  const times = cpus().map((cpu) => cpu.times)
  const sum = (values: number[]) => values.reduce((one, other) => one + other, 0)
  return { all: sum(times.flatMap((one) => Object.values(one))), idle: sum(times.map(({ idle }) => idle)) }
}
