import { createHash } from 'node:crypto'

/** The first hexadecimal digits of a hash: what makes a cut name unique again. */
export const shortHash = (text: string, digits = 8): string =>
  createHash('sha256').update(text.toWellFormed()).digest('hex').slice(0, digits)

/** Letters, digits and single `_`, at most `longest`; empty where the text has none of them. */
export function fitName(text: string, longest = 50): string {
  return ascii(text, /[^A-Za-z0-9]+/g, longest)
}

/** Letters, digits, `_` and `-`; empty where the text has none of them. What is cut ends with a hash of the whole. */
export function fitIdentifier(text: string, longest = 64): string {
  if (new RegExp(`^[A-Za-z0-9_-]{1,${longest}}$`).test(text)) return text
  const fit = ascii(text, /[^A-Za-z0-9_-]+/g, Number.POSITIVE_INFINITY)
  return fit.length <= longest ? fit : `${fit.slice(0, longest - 9)}_${shortHash(text)}`
}

/** Gives out names, each once; what is taken already gets a number. */
export class UniqueNames {
  readonly #taken = new Set<string>()
  readonly #longest: number

  constructor(longest = 64) {
    this.#longest = longest
  }

  take(wanted: string): string {
    let name = wanted
    for (let number = 2; this.#taken.has(name.toLowerCase()); number++) {
      const suffix = `_${number}`
      name = wanted.slice(0, this.#longest - suffix.length) + suffix
    }
    this.#taken.add(name.toLowerCase())
    return name
  }

  has(name: string): boolean {
    return this.#taken.has(name.toLowerCase())
  }
}

function ascii(text: string, odd: RegExp, longest: number): string {
  return text
    .slice(0, 1_000)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(odd, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, longest)
    .replaceAll(/_+$/g, '')
}
