import { listOfAny, type Operation, wordOf } from '@reference-plugins/reader'
import { Refusal } from '../../refusal.ts'
import { wordsOf } from './operation-name.ts'

/** The tag of an operation: the first, or else the first word of its path. */
export function tagOf({ node, path }: Operation): string {
  const [tag] = listOfAny(node.tags).map(wordOf).filter(Boolean)
  const segment = path.split('/').find((part) => /^[A-Za-z]/.test(part) && !/^(api|v\d+)$/i.test(part))
  return tag ?? segment ?? 'default'
}

/**
 * The operations that `--include` names: by tag, by name, or by path, such as `/pets`, `/pets/*` or `GET /pets`.
 * @throws Refusal for a word that names none
 */
export function chooseOperations(operations: readonly Operation[], include: readonly string[]): Operation[] {
  if (include.length === 0) return [...operations]
  const words = include
    .flatMap((word) => word.split(','))
    .map((word) => word.trim())
    .filter(Boolean)
  const missing = words.find((word) => !operations.some((operation) => isMeant(operation, word)))
  if (missing !== undefined) {
    const tags = [...new Set(operations.map(tagOf))]
    throw new Refusal(
      `--include ${missing}: no operation has this tag, name or path. The tags are ${tags.slice(0, 20).join(', ')}${tags.length > 20 ? ' and others' : ''}`,
    )
  }
  // In the order of the words, so that the first ones are kept where there are too many.
  return [...new Set(words.flatMap((word) => operations.filter((operation) => isMeant(operation, word))))]
}

function isMeant(operation: Operation, word: string): boolean {
  const { id = '', method, path, node } = operation
  const wanted = word.toLowerCase()
  const isTag = [tagOf(operation), ...listOfAny(node.tags).map(wordOf)].some((tag) => tag.toLowerCase() === wanted)
  const isName = id.toLowerCase() === wanted || (id !== '' && wordsOf(id).join('').toLowerCase() === wanted)
  if (isTag || isName) return true
  const [, verb, asked = ''] = /^(?:(get|post|put|patch|delete) )?(\/.*)$/.exec(wanted) ?? []
  if (asked === '' || (verb !== undefined && verb !== method.toLowerCase())) return false
  const shape = (text: string) =>
    text
      .toLowerCase()
      .replace(/\/+$/, '')
      .replaceAll(/\{[^}]*\}/g, '{}')
  const [own, given] = [shape(path.split('?')[0] ?? ''), shape(asked)]
  return given.endsWith('*') ? own.startsWith(given.replace(/\/?\*+$/, '')) : own === given
}
