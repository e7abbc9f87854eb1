import fc from 'fast-check'
import type { Schedule, Send, Turn } from './schedule.ts'
import type { Site } from './site.ts'

/** What commands run on. */
export interface Real<Outside> {
  site: Site<Outside>
  schedule: Schedule<Outside>
}

/** The calls themselves hold the truth: see `AskedCall`. This says only what there can be. */
export interface Model {
  asked: number
}

type Command<Outside> = fc.AsyncCommand<Model, Real<Outside>>

const choice = fc.nat(99)
/** Mostly one instance is enough, and starting another takes time. */
const instance = fc.constantFrom(0, 0, 1)

const sends: fc.Arbitrary<Send> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('new'), step: fc.nat(9), choice, asks: fc.boolean(), instance }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ask'), step: fc.nat(9), choice }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('again'), which: fc.nat(30), hasKey: fc.boolean(), instance }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('other'), which: fc.nat(30), choice, instance }) },
)

const fault = fc.record({
  kind: fc.constantFrom('crash' as const, 'crash' as const, 'unreachable' as const, 'lost' as const),
  at: fc.noBias(fc.integer({ min: 1, max: 40 })),
  instance,
})

/** A call of another service is one of few, a point one of many. */
const turns: fc.Arbitrary<Turn> = fc
  .record({
    sends: fc.array(sends, { minLength: 1, maxLength: 3 }),
    fault: fc.option(fault, { nil: undefined, freq: 2 }),
    interleaving: fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
  })
  .map((turn) =>
    turn.fault && turn.fault.kind !== 'crash'
      ? { ...turn, fault: { ...turn.fault, at: (turn.fault.at % 5) + 1 } }
      : turn,
  )

class TurnCommand<Outside> implements Command<Outside> {
  readonly #turn: Turn

  constructor(turn: Turn) {
    this.#turn = turn
  }

  check({ asked }: Model): boolean {
    return asked > 0 || this.#turn.sends.some(({ kind }) => kind === 'new' || kind === 'ask')
  }

  async run(model: Model, { schedule }: Real<Outside>): Promise<void> {
    model.asked += this.#turn.sends.filter(({ kind }) => kind === 'new' || kind === 'ask').length
    await schedule.play(this.#turn)
  }

  toString(): string {
    return `turn ${JSON.stringify(this.#turn)}`
  }
}

/** A command that is always possible. */
const simple = <Outside>(text: string, run: (real: Real<Outside>) => Promise<unknown>): Command<Outside> => ({
  check: () => true,
  run: async (_, real) => {
    await run(real)
  },
  toString: () => text,
})

/** Schedules of retries, duplicates, reorderings, crashes, lost answers, time and events. */
export function schedules<Outside>(events: readonly string[]): fc.Arbitrary<Iterable<Command<Outside>>> {
  const time = fc
    .constantFrom(1, 40, 400, 1000, 4000)
    .map((seconds) => simple<Outside>(`${seconds} seconds pass`, async ({ site }) => site.clock.advance(seconds)))
  const start = fc
    .record({ instance, crashAt: fc.option(fc.noBias(fc.integer({ min: 1, max: 30 })), { nil: undefined }) })
    .map(({ instance, crashAt }) =>
      simple<Outside>(`start ${JSON.stringify({ instance, crashAt })}`, async ({ site }) => {
        await site.stop(instance)
        await site.start(instance, crashAt)
      }),
    )
  const event = fc
    .record({ name: fc.constantFrom(...(events.length > 0 ? events : [''])), choice })
    .map(({ name, choice }) =>
      simple<Outside>(`event ${JSON.stringify({ name, choice })}`, ({ schedule }) => schedule.happen(name, choice)),
    )
  const turn = turns.map((one) => new TurnCommand<Outside>(one))
  // Each kind is as likely as it is often named.
  return fc.commands<Model, Real<Outside>, false>(
    [turn, turn, turn, turn, turn, turn, time, start, ...(events.length > 0 ? [event, event] : [])],
    { maxCommands: 8, size: 'max' },
  )
}
