import { readCart, writeLine } from '../checkout/cart.ts'
import { ShopError } from '../shop-error.ts'
import type { Store } from '../stores/store.ts'
import type { Stores } from '../stores/stores.ts'
import { AcpError, toAcpError } from './acp-error.ts'

/** An item with its options is one thing to ACP, so its id names all of them: `forno-luca/margherita+large+olives`. */
export const itemIdOf = (store: string, item: string, options: readonly string[]): string =>
  `${store}/${[item, ...options].join('+')}`

interface AskedItem {
  id: string
  /** ACP's schema has no quantity in a request, its text has: without it, an item counts as often as it is named. */
  quantity?: number | undefined
}

const mostKinds = 20
const mostOfOne = 999

/**
 * The store of the items, and the items as the shop reads them.
 * @param own the store of the session, if there is one
 * @throws AcpError with the place of the item that is not known
 */
export function readItems(
  stores: Stores,
  asked: readonly AskedItem[],
  now: number,
  own?: string,
): { store: string; items: string[] } {
  const first = asked[0]?.id.split('/')[0] ?? ''
  const storeId = own ?? first
  const counts = new Map<string, number>()
  for (const [index, { id, quantity = 1 }] of asked.entries()) {
    const place = `$.line_items[${index}].id`
    const [itemStore = '', ...names] = id.split('/')
    if (names.length === 0 || itemStore !== storeId) throw otherStore(id, storeId, names.length === 0, place)
    const item = nameOf(findStore(stores, storeId, place), names.join('/'), now, place)
    counts.set(item, (counts.get(item) ?? 0) + quantity)
  }
  if (counts.size > mostKinds)
    throw new AcpError(400, 'invalid', `At most ${mostKinds} different items can be ordered at once`, '$.line_items')
  const tooMany = [...counts].find(([, count]) => count > mostOfOne)
  if (tooMany)
    throw new AcpError(
      400,
      'invalid',
      `At most ${mostOfOne} of one item can be asked for: ${tooMany[0]}`,
      '$.line_items',
    )
  return { store: storeId, items: [...counts].map(([item, count]) => `${count} x ${item}`) }
}

function findStore(stores: Stores, id: string, place: string): Store {
  try {
    return stores.get(id)
  } catch (error) {
    if (error instanceof ShopError) throw new AcpError(400, 'invalid_item_id', toAcpError(error).message, place)
    throw error
  }
}

/** The item with its options, so that each is counted together however it was written. */
function nameOf(store: Store, text: string, now: number, place: string): string {
  try {
    const [line] = readCart(store, [text.replaceAll('+', ' + ')], now)
    if (line?.quantity === 1) return writeLine(line).slice('1 x '.length)
  } catch (error) {
    if (error instanceof ShopError) throw new AcpError(400, 'invalid_item_id', toAcpError(error).message, place)
    throw error
  }
  throw new AcpError(400, 'invalid_item_id', 'Send the quantity of an item as a member of its own', place)
}

const otherStore = (id: string, store: string, isBare: boolean, place: string): AcpError =>
  new AcpError(
    400,
    'invalid_item_id',
    isBare
      ? `The item "${id}" does not exist: an item is named by its store, its id and its options, such as forno-luca/margherita+large`
      : `All items of a checkout must be of one store: "${id}" is not of ${store}`,
    place,
  )
