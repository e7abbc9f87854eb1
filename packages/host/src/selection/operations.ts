import { toTerm, wordsOf } from './words.ts'

interface Operation {
  name: string
  title: string
  description: string
}

/**
 * The operations of one plugin that fit a request best, within what the plugin may cost, in the order of the plugin.
 */
export function chooseOperations<Kind extends Operation>(
  operations: readonly Kind[],
  text: string,
  { tokens, operations: most }: { tokens: number; operations: number },
  tokensOf: (operation: Kind) => number,
): Kind[] {
  const wanted = termsOf(text)
  const ranked = operations
    .map((operation, index) => ({ operation, index, fit: overlap(wanted, operation) }))
    .toSorted((a, b) => b.fit - a.fit || a.index - b.index)
  const chosen: typeof ranked = []
  let spent = 0
  for (const one of ranked) {
    const cost = tokensOf(one.operation)
    if (chosen.length > 0 && (spent + cost > tokens || chosen.length >= most)) continue
    chosen.push(one)
    spent += cost
  }
  return chosen.toSorted((a, b) => a.index - b.index).map(({ operation }) => operation)
}

const termsOf = (text: string): Set<string> =>
  new Set(
    wordsOf(text)
      .map(toTerm)
      .filter((term) => term !== null),
  )

const overlap = (wanted: ReadonlySet<string>, { name, title, description }: Operation): number => {
  const inName = termsOf(`${name} ${title}`)
  const inAll = termsOf(description)
  return [...wanted].reduce((sum, term) => sum + (inName.has(term) ? 2 : inAll.has(term) ? 1 : 0), 0)
}
