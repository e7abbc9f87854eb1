import { createHash } from 'node:crypto'

/** The first hexadecimal digits of a hash: what makes a cut name unique again. */
export const shortHash = (text: string, digits = 8): string =>
  createHash('sha256').update(text.toWellFormed()).digest('hex').slice(0, digits)

/** Letters, digits and single `_`, at most 50; empty where the text has none of them. */
export const fitName = (text: string): string =>
  ascii(text, /[^A-Za-z0-9]+/g)
    .slice(0, 50)
    .replace(/_+$/, '')

const longest = 64

/** Letters, digits, `_` and `-`, at most 64; empty where the text has none of them. A name that is cut ends with a hash. */
export function fitIdentifier(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text
  const fit = ascii(text, /[^\w-]+/g)
  return fit.length <= longest ? fit : `${fit.slice(0, longest - 9)}_${shortHash(text)}`
}

const ascii = (text: string, odd: RegExp): string =>
  text
    .slice(0, 1_000)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(odd, '_')
    .replaceAll(/^_+|_+$/g, '')

/** Gives out names of at most 64 characters, each once; a name that is taken already gets a number. */
export class UniqueNames {
  readonly #taken = new Set<string>()

  take(wanted: string): string {
    let name = wanted
    for (let number = 2; this.has(name); number++) {
      const suffix = `_${number}`
      name = wanted.slice(0, longest - suffix.length) + suffix
    }
    this.#taken.add(name.toLowerCase())
    return name
  }

  has(name: string): boolean {
    return this.#taken.has(name.toLowerCase())
  }
}
