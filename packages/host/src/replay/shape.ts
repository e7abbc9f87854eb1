import { isNumber } from '@reference-plugins/reader/exact-json'

/** The differences in shape between an answer and the recorded one, in sentences. */
export function shapeFaults(recorded: unknown, found: unknown, place = 'the answer'): string[] {
  // There is no recorded shape to compare with.
  if (recorded === null || recorded === undefined) return []
  if (kindOf(recorded) !== kindOf(found)) return [`${place} is ${kindOf(found)} instead of ${kindOf(recorded)}`]
  if (Array.isArray(recorded)) {
    const [first] = recorded
    // One recorded item must fit, because items may have different shapes.
    return (found as unknown[]).flatMap((item, index) => {
      const faults = recorded.map((one) => shapeFaults(one, item, `${place}[${index}]`))
      return first === undefined || faults.some((one) => one.length === 0) ? [] : (faults[0] as string[])
    })
  }
  if (typeof recorded !== 'object') return []
  return Object.entries(recorded).flatMap(([name, value]) =>
    value !== null && !Object.hasOwn(found as object, name)
      ? [`${place}.${name} is missing`]
      : shapeFaults(value, (found as Record<string, unknown>)[name], `${place}.${name}`),
  )
}

const kindOf = (value: unknown): string =>
  value === null || value === undefined
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : isNumber(value)
        ? 'a number'
        : typeof value === 'object'
          ? 'an object'
          : `a ${typeof value}`
