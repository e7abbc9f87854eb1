import assert from 'node:assert/strict'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { clock } from './clock.ts'
import { Instance } from './instance.ts'
import type { Subject } from './subject.ts'

/** Longer than a call that was interrupted is held, in seconds, and longer than any pause between two tries. */
const afterHold = 40
const afterPause = 660

/** One database, with the other services and with up to two instances of the plugin. */
export class Site<Outside> {
  readonly subject: Subject<Outside>
  readonly outside: Outside
  readonly #url = temporaryDatabase()
  readonly #instances: (Instance | undefined)[] = []

  constructor(subject: Subject<Outside>) {
    this.subject = subject
    this.outside = subject.createOutside()
  }

  get instances(): Instance[] {
    return this.#instances.filter((one) => one !== undefined)
  }

  /** The instance with this number, 0 or 1, which is started if it does not run. */
  async instance(index: number): Promise<Instance> {
    return this.#instances[index] ?? (await this.start(index))
  }

  /** @param crashAt the point of its first sweep at which it ends again */
  async start(index: number, crashAt?: number): Promise<Instance> {
    const instance = await Instance.open(this.subject, this.#url, this.outside)
    this.#instances[index] = instance
    if (crashAt !== undefined) instance.life.arm('crash', crashAt)
    await instance.sweep()
    instance.life.disarm()
    if (!instance.life.isOver) return instance
    await this.removeEnded()
    return this.start(index)
  }

  async stop(index: number): Promise<void> {
    const instance = this.#instances[index]
    this.#instances[index] = undefined
    await instance?.close()
  }

  async removeEnded(): Promise<void> {
    for (const [index, instance] of this.#instances.entries()) if (instance?.life.isOver) await this.stop(index)
  }

  /** Waits until whatever was interrupted has been ended. */
  async settle(): Promise<void> {
    const instance = await this.instance(0)
    for (const seconds of [afterHold, afterPause, afterPause, afterPause]) {
      clock.advance(seconds)
      await instance.sweep()
      if ((await instance.running()) === 0) return
    }
    assert.fail('an action that was begun does not end')
  }

  async close(): Promise<void> {
    for (const index of this.#instances.keys()) await this.stop(index)
  }
}
