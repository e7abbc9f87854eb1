import { cut, listOfAny, type Schema, type StrictSubset } from '@reference-plugins/reader'

const mostEnum = 250

/** What a description says in place of a word of JSON Schema; empty where that helps no model. */
const phrases: Record<string, (value: unknown) => string> = {
  enum: (values) => {
    const all = listOfAny(values)
    return `One of ${all.length} values, such as ${cut(all.slice(0, 20).join(', '), 200)}.`
  },
  format: (name) => (/^(uri|url|byte|date-time|time|duration)$/.test(String(name)) ? `As ${name}.` : ''),
  default: (value) => `By default ${cut(JSON.stringify(value) ?? '', 100)}.`,
  examples: (values) => `Such as ${cut(JSON.stringify(listOfAny(values)[0]) ?? '', 100)}.`,
  minimum: (limit) => `At least ${limit}.`,
  maximum: (limit) => `At most ${limit}.`,
  exclusiveMinimum: (limit) => `More than ${limit}.`,
  exclusiveMaximum: (limit) => `Less than ${limit}.`,
  multipleOf: (number) => `A multiple of ${number}.`,
  minLength: (count) => `At least ${count} characters.`,
  maxLength: (count) => `At most ${count} characters.`,
  minItems: (count) => `At least ${count} of them.`,
  maxItems: (count) => `At most ${count} of them.`,
  pattern: (pattern) => `It matches ${cut(String(pattern), 100)}`,
}

/** The schema in the words that the API supports; the others become sentences of the description. */
export function worded(schema: Schema, subset: StrictSubset): Schema {
  const kept: Schema = {}
  const said: string[] = []
  for (const [word, value] of Object.entries(schema)) {
    const isKept =
      word === 'type' ||
      word === 'description' ||
      (word === 'enum' && listOfAny(value).length <= mostEnum) ||
      (subset.words.includes(word) && (word !== 'format' || subset.formats.includes(String(value))))
    if (isKept) kept[word] = value
    else said.push((Object.hasOwn(phrases, word) && phrases[word]?.(value)) || '')
  }
  if (said.some(Boolean)) kept.description = sentences(kept.description, said)
  return kept
}

/** A description with sentences added. */
export function sentences(description: unknown, more: string[]): string {
  const first = typeof description === 'string' ? description.trim() : ''
  return [/[\p{L}\p{N}"'`)\]]$/u.test(first) ? `${first}.` : first, ...more].filter(Boolean).join(' ')
}
