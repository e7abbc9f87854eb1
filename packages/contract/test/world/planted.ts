import { defects, type Subject, subjects } from './defects.ts'
import type { Handler } from './proxy.ts'
import { servers } from './servers.ts'
import { missingFor } from './start.ts'

const atOnce = 6

export const correct: Handler = (call, forward) => forward(call)
/** The servers that are installed here. */
export const wanted = Object.entries(subjects).filter(([name]) => missingFor(servers[name]?.app[0] ?? '') === undefined)
/** Each defect is planted in three of the servers, or in all of them. */
const isPlantedIn = (server: number, defect: number): boolean =>
  process.env.WORLD_DEFECTS === 'all' || (server + defect) % wanted.length < 3
export const planted = wanted.flatMap(([name, subject]: [string, Subject], server) =>
  Object.entries(defects).flatMap(([defect, plant], index): { name: string; defect: string; handle: Handler }[] => {
    const handle = plant(subject)
    return handle && isPlantedIn(server, index) ? [{ name, defect, handle }] : []
  }),
)
export async function inTurn<One>(all: readonly One[], work: (one: One) => Promise<void>): Promise<void> {
  const left = [...all]
  const next = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: atOnce }, next))
}
