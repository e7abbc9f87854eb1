import { isJsonType } from '@reference-plugins/reader'
import type { SpecOperation } from '../spec/spec.ts'

/** What a client of the spec can read: the media types of good answers, then those of the others, then whatever comes. */
export function acceptOf({ responses }: Pick<SpecOperation, 'responses'>): string {
  const typesOf = (isGood: boolean) =>
    Object.entries(responses)
      .filter(([status]) => /^2/.test(status) === isGood)
      .flatMap(([, { contents }]) => contents.map(({ type }) => type))
      .filter((type) => /^[\w.+*-]+\/[\w.+*-]+(\s*;.*)?$/.test(type))
  const good = [...new Set(typesOf(true))].sort((a, b) => Number(isJsonType(b)) - Number(isJsonType(a)))
  const others = new Set(typesOf(false).filter((type) => !good.includes(type)))
  return [...good, ...[...others].map((type) => `${type};q=0.5`), good.length > 0 ? '*/*;q=0.1' : '*/*'].join(', ')
}
