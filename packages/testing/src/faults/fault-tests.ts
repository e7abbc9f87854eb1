import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPoints } from './run-points.ts'
import { runSchedules } from './run-schedules.ts'
import type { Subject } from './subject.ts'

// Less than what CI tries.
const runs = Number(process.env.FAULT_RUNS ?? 200)
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 2 ** 31)
const path = process.env.FAULT_PATH
const stride = process.env.FAULT_POINTS === 'all' ? 1 : 3

/**
 * Makes tests that end a plugin at each point of each step, and that play random schedules of retries, duplicates,
 * reorderings and crashes. FAULT_RUNS says how many, FAULT_SEED repeats them, and FAULT_PATH begins
 * with one of them. FAULT_POINTS=all tries each point, not a third of them.
 */
export function faultTests<Outside>(subject: Subject<Outside>): void {
  test('a step that fails at any point is done once or not at all', { timeout: 600_000 }, async (t) => {
    const counts = await runPoints(subject, stride)
    t.diagnostic(`faults: ${JSON.stringify(counts)}`)
    for (const step of Object.keys(subject.steps))
      assert.ok((counts[step] ?? 0) * stride > 9, `${step} failed at ${counts[step]} points`)
  })

  test(`${runs} random schedules end as their users were told (FAULT_SEED=${seed})`, { timeout: 1_200_000 }, () =>
    runSchedules(subject, { runs, seed, path }),
  )
}
