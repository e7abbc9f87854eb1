import {
  type Call,
  type Caller,
  closePlugin,
  createLog,
  type Plugin,
  Problem,
  run,
  sweepActions,
} from '@reference-plugins/core'
import type { AskedCall, Outcome } from './asked-call.ts'
import { Life } from './life.ts'
import type { Subject } from './subject.ts'
import { watchDatabases, watchService } from './watch.ts'

const log = createLog('fatal', false, { write: () => {} })

/** A running plugin: one process with it, as far as its data and other services can tell. */
export class Instance {
  readonly life: Life
  readonly plugin: Plugin

  private constructor(plugin: Plugin, life: Life) {
    this.plugin = plugin
    this.life = life
  }

  static async open<Outside>(subject: Subject<Outside>, url: string, outside: Outside): Promise<Instance> {
    const life = new Life()
    const plugin = await watchDatabases(life, () => subject.open(url, outside, watchService(life)))
    return new Instance(plugin, life)
  }

  /** Goes on with what was interrupted, as each process does every few seconds. */
  async sweep(): Promise<void> {
    await sweepActions(this.plugin, log).catch((error) => {
      if (!this.life.isOver) throw error
    })
  }

  /** How many actions have been begun and have no answer. */
  async running(): Promise<number> {
    const { actions } = this.plugin
    if (!actions) return 0
    const found = await actions.database.get<{ count: number }>`
      SELECT count(*) AS count FROM core_action WHERE status IS NULL AND input IS NOT NULL`
    return found?.count ?? 0
  }

  /** Calls an operation by its operationId. @throws what it throws */
  async call(id: string, input: object, caller: Caller | undefined, more: Partial<Call> = {}): ReturnType<typeof run> {
    const operation = this.plugin.operations.find((one) => one.id === id)
    if (!operation) throw new Error(`the plugin has no operation ${id}`)
    return run(
      this.plugin,
      operation,
      { ...input },
      {
        caller,
        log,
        signal: new AbortController().signal,
        fail: (...given) => new Problem(...given),
        progress() {},
        ...more,
      },
    )
  }

  /** Whether a client that can ask a person gets a question first. */
  question(id: string): 'never' | 'always' | 'perhaps' {
    const operation = this.plugin.operations.find((one) => one.id === id)
    if (!operation?.confirm) return 'never'
    return operation.unasked === 'refuse' ? 'always' : 'perhaps'
  }

  /** One try of a call. A confirmation alone is enough to know a call again. */
  async send(asked: AskedCall, input: object, caller: Caller | undefined, hasKey: boolean): Promise<Outcome> {
    const { operation, key, token } = asked
    return toOutcome(
      this.call(operation, input, caller, {
        ...((hasKey || token === undefined) && { idempotencyKey: key }),
        ...(token !== undefined && { confirming: { canAsk: true, token } }),
      }),
    )
  }

  /** Gives back what it holds. What is still written here is lost if the life has ended. */
  async close(): Promise<void> {
    if (!this.life.isOver) return closePlugin(this.plugin)
    for (const resource of this.plugin.needs.toReversed()) await resource.close().catch(() => {})
  }
}

async function toOutcome(answer: Promise<{ text: string }>): Promise<Outcome> {
  try {
    return { kind: 'answer', text: (await answer).text }
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) return { kind: 'lost', error }
    if (error.status === 409 && 'retry-after' in error.headers) return { kind: 'running' }
    const confirmation = error.members?.confirmation as { token: string } | undefined
    return {
      kind: 'refusal',
      status: error.status,
      detail: error.message,
      isReplayed: 'Idempotent-Replayed' in error.headers,
      token: confirmation?.token,
    }
  }
}
