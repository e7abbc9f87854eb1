import { isObject, listOfAny, objectOf, type Schema } from '@reference-plugins/reader'

const longestName = 200
const mostModels = 2_000

/** A model as its server lists it. */
export interface ListedModel {
  model: string
  /** Such as `3.2B, Q4_K_M`. */
  size?: string
  /** Whether it can call tools; absent if the server does not say. */
  callsTools?: boolean
}

/** The entries of a list of models in OpenAI's form. Any program may listen on a port, so it must be a list exactly. */
export function entriesIn(body: unknown): (Schema & { id: string })[] | undefined {
  const { object, data } = objectOf(body)
  // Ollama without a model.
  if (object === 'list' && data === null) return []
  if (!Array.isArray(data) || !data.every(hasId)) return undefined
  return data.slice(0, mostModels).toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

const hasId = (one: unknown): one is Schema & { id: string } => isObject(one) && isName(one.id)

export const isName = (name: unknown): name is string =>
  typeof name === 'string' && name !== '' && name.length <= longestName

/** Those that call tools first, otherwise in the order of the server. */
export const inOrder = <Kind extends ListedModel>(models: Kind[]): Kind[] =>
  models.toSorted((a, b) => placeOf(a) - placeOf(b))

const placeOf = ({ callsTools }: ListedModel): number => (callsTools === true ? 0 : callsTools === undefined ? 1 : 2)

/** A size in words: what is known of the parameters and of the quantization. */
export const toSize = (...parts: unknown[]): { size?: string } => {
  const known = parts.filter((part) => typeof part === 'string' && part.trim() !== '' && part.length <= 40)
  return known.length === 0 ? {} : { size: known.join(', ') }
}

export const texts = (value: unknown): string[] => listOfAny(value).filter((one) => typeof one === 'string')
