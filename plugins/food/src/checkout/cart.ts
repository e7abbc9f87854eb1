import { ShopError } from '../shop-error.ts'
import { didYouMean, plain } from '../stores/near-names.ts'
import { type Item, type Option, optionsOf, type Store } from '../stores/store.ts'

/** One kind of thing in a cart, by its ids in the menu of the store. */
export interface Line {
  item: string
  options: readonly string[]
  quantity: number
  /** When it came into the cart, in milliseconds. */
  since: number
}

const form = /^(?:(\d{1,3})\s*[x×*]\s*)?(.+)$/i

/**
 * Reads the items of a cart. Each is a text such as `2 x margherita + large + olives`: quantity, item, options.
 * @throws ShopError that says which item or option is unknown, with near names
 */
export const readCart = (store: Store, texts: readonly string[], now: number): Line[] =>
  mergeLines(texts.map((text) => readLine(store, text, now)))

/** One line for each item with the same options. What was in the cart before keeps its time. */
export function mergeLines(lines: readonly Line[], before: readonly Line[] = []): Line[] {
  const merged = new Map<string, Line>()
  const keyOf = ({ item, options }: Line) => [item, ...options].join('+')
  const times = new Map(before.map((line) => [keyOf(line), line.since]))
  for (const line of lines) {
    const key = keyOf(line)
    const quantity = line.quantity + (merged.get(key)?.quantity ?? 0)
    merged.set(key, { ...line, quantity, since: times.get(key) ?? line.since })
  }
  return [...merged.values()]
}

function readLine(store: Store, text: string, since: number): Line {
  const [itemText = '', ...optionTexts] = text.split('+').map((part) => part.trim())
  const [, count = '1', name = ''] = form.exec(itemText) ?? []
  const item = findItem(store, name, text)
  const quantity = Number(count)
  if (quantity === 0) throw new ShopError('invalid', `"${text}" has the quantity 0: leave the item out instead`)
  return { item: item.id, options: pickOptions(item, optionTexts, text), quantity, since }
}

function findItem(store: Store, name: string, text: string): Item {
  const found = store.menu.find((item) => matches(item, name))
  if (found) return found
  const known = store.menu.map(({ id }) => id)
  throw new ShopError(
    'invalid',
    `"${text}": ${store.name} has no item "${name}"${didYouMean(name, known)}. Write it as "2 x ITEM + OPTION", with ids from getMenu`,
  )
}

/** The ids of the options, in the order of the menu, with the first of each group from which one must be chosen. */
export function pickOptions(item: Item, names: readonly string[], text: string): string[] {
  const all = optionsOf(item)
  const chosen = new Set(
    names.map((name) => {
      const found = all.find((option) => matches(option, name))
      if (found) return found.id
      const known = all.map(({ id }) => id)
      const choice = known.length === 0 ? 'It has no options' : `Its options are ${known.join(', ')}`
      throw new ShopError(
        'invalid',
        `"${text}": ${item.id} has no option "${name}"${didYouMean(name, known)}. ${choice}`,
      )
    }),
  )
  return item.groups.flatMap(({ name, choose, options }) => {
    const picked = options.filter(({ id }) => chosen.has(id)).map(({ id }) => id)
    if (choose === 'any') return picked
    if (picked.length > 1) throw new ShopError('invalid', `"${text}": choose one of ${picked.join(', ')} (${name})`)
    return picked.length === 1 ? picked : [(options[0] as Option).id]
  })
}

const matches = ({ id, name }: { id: string; name: string }, asked: string): boolean =>
  plain(asked) === id || plain(asked) === plain(name)

/** The line as it is written in a cart: `2 x margherita + large`. */
export const writeLine = ({ item, options, quantity }: Omit<Line, 'since'>): string =>
  [`${quantity} x ${item}`, ...options].join(' + ')
