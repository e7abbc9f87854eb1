import { propertyName } from '../answers/code.ts'
import { quoted } from '../files/text.ts'
import type { HttpOperation, Input } from './input.ts'

/** The parts of a call of the API, as code: `path: { petId }, query: { limit }`. */
export function callCode(inputs: readonly Input[], { target }: HttpOperation): string[] {
  const at = (place: Input['place']): Input[] => inputs.filter((input) => input.place === place)
  const fixed = target.query.map(([name, value]) => `${propertyName(name)}: ${quoted(decoded(value))}`)
  const path = at('path').map(pair)
  const query = [...fixed, ...at('query').map(pair)]
  const headers = at('header').map(pair)
  const { mediaType = '', whole } = target.body ?? {}
  // Most APIs expect JSON of this type as it is named.
  if (/json$/.test(mediaType) && mediaType !== 'application/json') headers.push(`'Content-Type': ${quoted(mediaType)}`)
  return [
    ...(path.length > 0 ? [`path: { ${path.join(', ')} }`] : []),
    ...(query.length > 0 ? [`query: { ${query.join(', ')} }`] : []),
    ...(headers.length > 0 ? [`headers: { ${headers.join(', ')} }`] : []),
    ...(target.body ? bodyCode(at('body'), mediaType, whole !== undefined, target.method) : []),
  ]
}

function bodyCode(inputs: readonly Input[], mediaType: string, isWhole: boolean, method: string): string[] {
  if (isWhole) return inputs[0] ? [inputs[0].variable === 'body' ? 'body' : `body: ${inputs[0].variable}`] : []
  if (/form/.test(mediaType)) {
    const pairs = inputs.map(pair).join(', ')
    return [`${mediaType === 'multipart/form-data' ? 'multipart' : 'form'}: { ${pairs} }`]
  }
  const object = objectCode(inputs, 0)
  // A DELETE is better without an empty body.
  return [`body: ${method === 'DELETE' && !inputs.some(({ isThere }) => isThere) ? `given(${object})` : object}`]
}

/** The object of a body, with the inputs in the places where the API has them. */
function objectCode(inputs: readonly Input[], depth: number): string {
  const byName = Map.groupBy(inputs, ({ wire }) => wire[depth] ?? '')
  const members = Array.from(byName, ([name, some]) => {
    const [first] = some
    if (first && first.wire.length === depth + 1) return pairOf(name, first)
    const inner = objectCode(some, depth + 1)
    return `${propertyName(name)}: ${some.some(({ isThere }) => isThere) ? inner : `given(${inner})`}`
  })
  return `{ ${members.join(', ')} }`
}

const pair = (input: Input): string => pairOf(input.wire[0] ?? input.name, input)

function pairOf(name: string, { variable, written, isThere }: Input): string {
  const own =
    written === undefined
      ? variable
      : written === 'json'
        ? isThere
          ? `JSON.stringify(${variable})`
          : `${variable} === undefined ? undefined : JSON.stringify(${variable})`
        : `${variable}${isThere ? '' : '?'}.join(${quoted(written.join)})`
  return name === own ? name : `${propertyName(name)}: ${own}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What the API is asked when the inputs have their samples, for tests. */
export function askedOf(inputs: readonly Input[], { target }: HttpOperation): { url: string; body: unknown } {
  const at = (place: Input['place']): Input[] => inputs.filter((input) => input.place === place)
  const texts = new Map(at('path').map(({ wire, sent }) => [wire[0], encodeURIComponent(String(sent))]))
  const path = target.path.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => texts.get(name) ?? '')
  const query = new URLSearchParams(target.query.map(([name, value]): [string, string] => [name, decoded(value)]))
  for (const { wire, sent } of at('query'))
    for (const one of Array.isArray(sent) ? sent : [sent]) query.append(wire[0] ?? '', String(one))
  const url = `${path}${query.size > 0 ? `?${query}` : ''}`
  if (!target.body || /form/.test(target.body.mediaType)) return { url, body: undefined }
  if (target.body.whole !== undefined) return { url, body: at('body')[0]?.sent }
  const body: Record<string, unknown> = {}
  for (const { wire, sent } of at('body')) {
    let inner = body
    for (const name of wire.slice(0, -1)) {
      inner[name] ??= {}
      inner = inner[name] as Record<string, unknown>
    }
    inner[wire.at(-1) ?? ''] = sent
  }
  const isEmpty = Object.keys(body).length === 0
  return { url, body: isEmpty && target.method === 'DELETE' ? undefined : body }
}
