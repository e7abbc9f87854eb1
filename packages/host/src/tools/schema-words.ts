import { cut, listOfAny, type Schema, type StrictSubset } from '@reference-plugins/reader'

const mostEnum = 250

/** The schema in the words that the API supports; the others become sentences of the description. */
export function worded(schema: Schema, subset: StrictSubset): Schema {
  const kept: Schema = {}
  const said: string[] = []
  const say = (word: string, sentence: string): void => {
    if (subset.words.includes(word)) kept[word] = schema[word]
    else said.push(sentence)
  }
  for (const [word, value] of Object.entries(schema)) {
    if (word === 'type' || word === 'description') kept[word] = value
    else if (word === 'enum') {
      const values = listOfAny(value)
      if (values.length <= mostEnum) kept.enum = values
      else said.push(`One of ${values.length} values, such as ${cut(values.slice(0, 20).join(', '), 200)}.`)
    } else if (word === 'format') {
      if (subset.formats.includes(String(value))) say('format', `As ${value}.`)
      else if (['uri', 'url', 'byte', 'date-time', 'time', 'duration'].includes(String(value)))
        said.push(`As ${value}.`)
    } else if (word === 'default') said.push(`By default ${cut(JSON.stringify(value) ?? '', 100)}.`)
    else if (word === 'examples') said.push(`Such as ${cut(JSON.stringify(listOfAny(value)[0]) ?? '', 100)}.`)
    else if (word === 'minimum') say(word, `At least ${value}.`)
    else if (word === 'maximum') say(word, `At most ${value}.`)
    else if (word === 'exclusiveMinimum') say(word, `More than ${value}.`)
    else if (word === 'exclusiveMaximum') say(word, `Less than ${value}.`)
    else if (word === 'multipleOf') say(word, `A multiple of ${value}.`)
    else if (word === 'minLength') say(word, `At least ${value} characters.`)
    else if (word === 'maxLength') say(word, `At most ${value} characters.`)
    else if (word === 'minItems') say(word, `At least ${value} of them.`)
    else if (word === 'maxItems') say(word, `At most ${value} of them.`)
    else if (word === 'pattern') say(word, `It matches ${cut(String(value), 100)}`)
  }
  if (said.length > 0) kept.description = sentences(kept.description, said)
  return kept
}

/** A description with sentences added. */
export function sentences(description: unknown, more: string[]): string {
  const first = typeof description === 'string' ? description.trim() : ''
  return [/[\p{L}\p{N}"'`)\]]$/u.test(first) ? `${first}.` : first, ...more].filter(Boolean).join(' ')
}
