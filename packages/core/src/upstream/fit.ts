import type { z } from 'zod'

/** The most characters of a text and items of a list, where the output sets no limit: the first that fit are used. */
const limits = [
  { characters: 2_000, items: 100 },
  { characters: 1_000, items: 50 },
  { characters: 500, items: 25 },
  { characters: 200, items: 10 },
  { characters: 100, items: 5 },
  { characters: 50, items: 2 },
]
type Limits = (typeof limits)[number]
const deepest = 12
const mostNotes = 10

export interface Fitted {
  value: unknown
  /** What was cut, in words. */
  cut: string[]
  /** Whether it is short enough. */
  fits: boolean
}

/**
 * Makes an answer as short as its output says: members that the output does not have are left out, and so is null where
 * the output has no null; texts and lists are cut at the limits of the output, or else at limits that shrink until the
 * whole has at most `longest` characters as JSON. Nothing is checked.
 */
export function fitTo(output: z.ZodType, value: unknown, longest: number): Fitted {
  let fitted: Fitted = { value, cut: [], fits: false }
  for (const one of limits) {
    const fitter = new Fitter(one)
    fitted = { value: fitter.fit(output, value), cut: fitter.notes(), fits: false }
    if (JSON.stringify(fitted.value ?? null).length <= longest) return { ...fitted, fits: true }
  }
  return fitted
}

/** The part of zod's definitions that is read here. */
interface Definition {
  type: string
  innerType?: z.ZodType
  shape?: Record<string, z.ZodType>
  catchall?: z.ZodType
  element?: z.ZodType
  valueType?: z.ZodType
  options?: z.ZodType[]
}

class Fitter {
  readonly #limits: Limits
  /** By the place, where every item of a list is `[]`. */
  readonly #cut = new Map<string, { sentence: string; count: number }>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  notes(): string[] {
    const all = Array.from(this.#cut.values(), ({ sentence, count }) =>
      count === 1 ? sentence : `${sentence} (${count} times)`,
    )
    return all.length > mostNotes ? [...all.slice(0, mostNotes), `and at ${all.length - mostNotes} more places`] : all
  }

  fit(schema: z.ZodType, value: unknown, place = ''): unknown {
    const definition = schema._zod.def as unknown as Definition
    if (definition.innerType) return this.#inner(schema, definition.innerType, value, place)
    if (definition.options) return this.#option(definition.options, value, place)
    if (definition.type === 'unknown' || definition.type === 'any') return this.#copy(value, place, 0)
    if (definition.type === 'string') return this.#text(value, place, longestOf(schema))
    if (Array.isArray(value) && definition.element) {
      const { element } = definition
      return this.#list(value, place, longestOf(schema)).map((one) => this.fit(element, one, `${place}[]`))
    }
    // What cannot fit may be nested too deeply to be written.
    if (Array.isArray(value)) return []
    if (!isObject(value)) return value
    const { shape = {}, catchall, valueType } = definition
    const others = valueType ?? (catchall && catchall._zod.def.type !== 'never' ? catchall : undefined)
    const members = others ? this.#list(Object.keys(value), place, undefined, 'members') : Object.keys(shape)
    const fitted = members
      .filter((name) => Object.hasOwn(value, name) && name !== '__proto__')
      .map((name): [string, unknown] => {
        const of = (Object.hasOwn(shape, name) ? shape[name] : others) as z.ZodType
        return [name, this.fit(of, value[name], place === '' ? name : `${place}.${name}`)]
      })
    return Object.fromEntries(fitted.filter(([, one]) => one !== undefined))
  }

  /** Many APIs write null for a member that is not there. */
  #inner(schema: z.ZodType, inner: z.ZodType, value: unknown, place: string): unknown {
    if (value === null) return schema.safeParse(null).success ? null : undefined
    return this.fit(inner, value, place)
  }

  /** The first option that the value fits, or else the first. */
  #option(options: readonly z.ZodType[], value: unknown, place: string): unknown {
    const fitting = options.find((one) => one.safeParse(new Fitter(this.#limits).fit(one, value)).success)
    return this.fit(fitting ?? (options[0] as z.ZodType), value, place)
  }

  #text(value: unknown, place: string, own: number | undefined): unknown {
    // A number with more digits than JavaScript keeps.
    if (JSON.isRawJSON(value)) return (value as { rawJSON: string }).rawJSON
    if (typeof value !== 'string') return value
    const longest = this.#longest('characters', own)
    const text = value.toWellFormed()
    if (text.length <= longest) return text
    this.#note(place, `${place || 'the text'}: the first ${longest} of ${text.length} characters`)
    return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
  }

  #list<Item>(list: readonly Item[], place: string, own: number | undefined, what = 'items'): readonly Item[] {
    const most = this.#longest('items', own)
    if (list.length <= most) return list
    this.#note(place, `${place || 'the list'}: the first ${most} of ${list.length} ${what}`)
    return list.slice(0, most)
  }

  /** What the output says counts as long as the whole is short enough. */
  #longest(unit: keyof Limits, own: number | undefined): number {
    const limit = this.#limits[unit]
    return this.#limits === limits[0] ? (own ?? limit) : Math.min(own ?? limit, limit)
  }

  /** Whatever the API sent, where the output accepts any value. */
  #copy(value: unknown, place: string, depth: number): unknown {
    if (typeof value === 'string' || JSON.isRawJSON(value)) return this.#text(value, place, undefined)
    if (value === null || typeof value !== 'object') return value
    if (depth > deepest) {
      this.#note(`${place}…`, `${place}: what is nested deeper`)
      return null
    }
    if (Array.isArray(value))
      return this.#list(value, place, undefined).map((one) => this.#copy(one, `${place}[]`, depth + 1))
    const names = this.#list(Object.keys(value), place, undefined, 'members').filter((name) => name !== '__proto__')
    return Object.fromEntries(
      names.map((name) => [name, this.#copy((value as Record<string, unknown>)[name], `${place}.${name}`, depth + 1)]),
    )
  }

  #note(place: string, sentence: string): void {
    const known = this.#cut.get(place)
    if (known) known.count++
    else this.#cut.set(place, { sentence, count: 1 })
  }
}

/** The limit that the output sets: `max()`, or that of `text()`. */
function longestOf(schema: z.ZodType): number | undefined {
  const checks = (schema._zod.def.checks ?? []).map(({ _zod }) => _zod.def as { check: string; maximum?: number })
  return checks.find(({ check }) => check === 'max_length')?.maximum ?? (schema.meta()?.maxLength as number | undefined)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !JSON.isRawJSON(value)
