import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { actionMigrations, definePlugin, type Plugin } from '../src/index.ts'
import { tokens } from './acting-fixture.ts'
import { knownUsers } from './known-users.ts'
import { bakeCake, type Oven } from './task-operation.ts'

/** An oven in this process. Nothing is done until the test says so. */
export class TestOven implements Oven {
  /** What is in it, by key. */
  readonly cakes = new Map<string, { name: string; minutesLeft: number }>()
  begun = 0
  stopped = 0
  /** What happens in the next look. */
  onLook: (() => void) | undefined

  async begin(key: string, name: string): Promise<void> {
    if (this.cakes.has(key)) return
    this.begun++
    this.cakes.set(key, { name, minutesLeft: 30 })
  }

  async look(key: string) {
    this.onLook?.()
    const { name, minutesLeft } = this.cakes.get(key) ?? { name: '', minutesLeft: 0 }
    return { minutesLeft, cake: `a cake for ${name}` }
  }

  async stop(key: string): Promise<void> {
    this.stopped++
    this.cakes.delete(key)
  }

  wait = (signal: AbortSignal) => sleep(20, undefined, { signal })

  finish(): void {
    for (const cake of this.cakes.values()) cake.minutesLeft = 0
  }
}

export interface Bakery {
  plugin: Plugin
  database: Database
}

/** @param taskAfter in seconds; the operation says 10 */
export async function openBakery(oven: Oven, url = temporaryDatabase(), taskAfter = 0.05): Promise<Bakery> {
  const database = await openDatabase(url, actionMigrations)
  const plugin = definePlugin({
    name: 'bakery',
    title: 'Bakery',
    descriptionForHuman: 'Bake cakes.',
    descriptionForModel: 'Bakes cakes.',
    conversationStarters: ['Bake a cake.'],
    contactEmail: 'bakery@example.com',
    folder: new URL('./fixture/', import.meta.url),
    auth: knownUsers(tokens),
    database,
    needs: [database],
    operations: { bakeCake: { ...bakeCake(oven), taskAfter } },
  })
  return { plugin, database }
}
