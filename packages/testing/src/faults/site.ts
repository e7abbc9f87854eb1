import assert from 'node:assert/strict'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { Clock } from './clock.ts'
import { Instance } from './instance.ts'
import type { Subject } from './subject.ts'

/** Longer than a call that was interrupted is held, in seconds, and longer than any pause between two tries. */
const afterHold = 40
const afterPause = 660

/** One database, with the other services and with up to two instances of the plugin. */
export class Site<Outside> {
  readonly subject: Subject<Outside>
  readonly outside: Outside
  readonly clock: Clock
  readonly #url = temporaryDatabase()
  readonly #instances: (Instance | undefined)[] = []

  private constructor(subject: Subject<Outside>, outside: Outside, clock: Clock) {
    this.subject = subject
    this.outside = outside
    this.clock = clock
  }

  static async open<Outside>(subject: Subject<Outside>): Promise<Site<Outside>> {
    const clock = new Clock(subject.startsAt)
    return new Site(subject, await subject.createOutside(), clock)
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
      this.clock.advance(seconds)
      await instance.sweep()
      if ((await instance.running()) === 0) return
    }
    assert.fail('an action that was begun does not end')
  }

  async close(): Promise<void> {
    try {
      for (const index of this.#instances.keys()) await this.stop(index)
      await this.subject.closeOutside?.(this.outside)
    } finally {
      this.clock.stop()
    }
  }
}
