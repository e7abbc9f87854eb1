import fc from 'fast-check'
import { type Model, type Real, schedules } from './commands.ts'
import { Schedule } from './schedule.ts'
import { Site } from './site.ts'
import type { Subject } from './subject.ts'

export interface ScheduleOptions {
  runs: number
  seed: number
  /** Begins with the run of this number. */
  path?: string | undefined
}

/** Old rows make sweeps slower, and a new database takes time too. */
const schedulesPerDatabase = 50

/**
 * Plays random schedules, each of another user, and compares after each.
 * @throws an error with the seed and the shortest schedule that fails
 */
export async function runSchedules<Outside>(subject: Subject<Outside>, options: ScheduleOptions): Promise<void> {
  const { runs: numRuns, seed, path } = options
  let site: Site<Outside> | undefined
  let played = 0
  const property = fc.asyncProperty(schedules<Outside>(Object.keys(subject.events ?? {})), async (commands) => {
    if (played++ % schedulesPerDatabase === 0) {
      await site?.close()
      site = undefined
    }
    site ??= await Site.open(subject)
    const real: Real<Outside> = { site, schedule: new Schedule(site, `user${played}`) }
    try {
      await fc.asyncModelRun(() => ({ model: { asked: 0 } satisfies Model, real }), commands)
      await real.schedule.end()
    } catch (error) {
      await site.close().catch(() => {})
      site = undefined
      throw error
    }
  })
  try {
    await fc.assert(property, { numRuns, seed, ...(path !== undefined && { path }), includeErrorInReport: true })
  } finally {
    await site?.close()
  }
}
