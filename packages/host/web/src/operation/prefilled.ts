import type { Call, FilledInput } from '../../../src/wire.ts'

/** Values that a form shows before the user types, each with where it came from, by the name of the input. */
export type Prefilled = Record<string, { value: unknown; origin: string }>

export const fromText = (filled: FilledInput[]): Prefilled =>
  Object.fromEntries(
    filled.map(({ name, value, quote, because }) => [
      name,
      { value, origin: `Taken from your text “${quote}”: ${because}` },
    ]),
  )

/** What an earlier call sent. Files are left out: the user chooses them again. */
export const fromCall = ({ arguments: given }: Call, files: readonly string[] = []): Prefilled =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => !files.includes(name))
      .map(([name, value]) => [name, { value, origin: 'From the earlier call' }]),
  )
