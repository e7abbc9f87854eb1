import { isNumber, numberText } from '@reference-plugins/reader/exact-json'
import { type CallValues, noValues } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import { ordinaryValues } from '../calls/ordinary.ts'
import { asObject, type SpecOperation } from '../spec/spec.ts'
import { isNarrowed, readList, wholeList } from '../state/paging.ts'
import { pathNames } from '../state/resource.ts'
import { itemsOf, totalOf } from '../state/things.ts'
import { isFleeting } from './same-answer.ts'

/** Numbers that the operations that read show, by the operation and the place: counts of items, balances, stocks. */
export type Look = ReadonlyMap<string, number>

const mostReaders = 4

/** Looks at what an action may change. `mark` is a text that only this action sends. */
export class Watch {
  readonly #run: CheckRun
  readonly #readers: readonly SpecOperation[]
  readonly #path: CallValues['path']

  constructor(run: CheckRun, action: SpecOperation, { path }: CallValues = noValues()) {
    this.#run = run
    this.#path = path
    const isUseful = (one: SpecOperation) =>
      one.method === 'GET' &&
      run.habits.get(one.id)?.isAccepted === true &&
      !isNarrowed(one) &&
      pathNames(one).every((name) => Object.hasOwn(path, name))
    this.#readers = run.operations
      .filter(isUseful)
      .toSorted((a, b) => nearness(b, action) - nearness(a, action))
      .slice(0, mostReaders)
  }

  async look(mark?: string): Promise<Look> {
    const look = new Map<string, number>()
    for (const reader of this.#readers) {
      if (this.#run.isOver()) break
      for (const [place, number] of await this.#read(reader, mark)) look.set(`${place} of ${reader.id}`, number)
    }
    return look
  }

  async #read(reader: SpecOperation, mark: string | undefined): Promise<[place: string, number][]> {
    const known = Object.fromEntries(pathNames(reader).map((name) => [name, this.#path[name]]))
    const whole = wholeList(this.#run, reader, known)
    const list = whole && (await readList(this.#run, reader, whole))
    const [first] = list?.pages ?? []
    if (list && first) {
      const text = list.pages.map(({ exchange }) => exchange.text).join('\n')
      const { value = list.items.length } = totalOf(first.exchange) ?? {}
      return [['items', value], ...(mark ? [['mentions', text.split(mark).length - 1] as [string, number]] : [])]
    }
    const values = ordinaryValues(this.#run, reader, { all: false })
    const exchange = values && (await call(this.#run, reader, { ...values, path: { ...values.path, ...known } }))
    return exchange && exchange.status < 300 && !itemsOf(exchange.json) ? numbersIn(exchange.json) : []
  }
}

function numbersIn(json: unknown, place = '', depth = 0): [place: string, number][] {
  if (depth > 3) return []
  return Object.entries(asObject(json)).flatMap(([name, value]): [string, number][] => {
    if (isFleeting(name)) return []
    if (isNumber(value)) return [[`${place}${name}`, Number(numberText(value))]]
    return typeof value === 'object' && !Array.isArray(value) ? numbersIn(value, `${place}${name}.`, depth + 1) : []
  })
}

/** How many first parts of the path two operations share. */
function nearness({ path }: SpecOperation, { path: other }: SpecOperation): number {
  const [a, b] = [path.split('/'), other.split('/')]
  const different = a.findIndex((part, index) => part !== b[index])
  return different === -1 ? a.length : different
}

/**
 * What has moved as far again between the last two looks as between the first two, so that the action was done again.
 * Undefined where nothing has, or where the first action cannot be seen.
 */
export function movedAgain(before: Look, once: Look, twice: Look): string | undefined {
  return [...once.keys()].find((place) => {
    const [a, b, c] = [before, once, twice].map((look) => look.get(place))
    return a !== undefined && b !== undefined && c !== undefined && a !== b && isAlike(c - b, b - a)
  })
}

/** Whether something showed the first action, and nothing shows another one. */
export function movedOnce(before: Look, once: Look, twice: Look): boolean {
  const seen = [...once.keys()].filter((place) => before.has(place) && before.get(place) !== once.get(place))
  return seen.length > 0 && seen.every((place) => twice.get(place) === once.get(place))
}

/** What has moved at least twice as far as one action moves it. */
export function movedTooFar(
  one: { before: Look; after: Look },
  many: { before: Look; after: Look },
): string | undefined {
  return [...one.after.keys()].find((place) => {
    const [a, b, c, d] = [one.before, one.after, many.before, many.after].map((look) => look.get(place))
    if (a === undefined || b === undefined || c === undefined || d === undefined || a === b) return false
    return (d - c) / (b - a) > 1.5
  })
}

const isAlike = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6
