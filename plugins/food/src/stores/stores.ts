import { readdirSync, readFileSync } from 'node:fs'
import { ShopError } from '../shop-error.ts'
import { didYouMean, plain } from './near-names.ts'
import { type DeliveryArea, Store } from './store.ts'

const folder = new URL('../../data/stores/', import.meta.url)

/** All stores. */
export class Stores {
  readonly all: readonly Store[]

  constructor() {
    this.all = readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => Store.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))))
  }

  /** @throws ShopError with near names */
  get(id: string): Store {
    const store = this.all.find((one) => one.id === id)
    if (store) return store
    const known = this.all.map((one) => one.id)
    throw new ShopError('missing', `Store ${id} does not exist${didYouMean(id, known)}: find it with listStores`)
  }

  /** Stores in a city, or that deliver to it or to a postal code. Without an area, all stores. */
  near(area: string | undefined): Store[] {
    if (area === undefined) return [...this.all]
    const sought = plain(area)
    return this.all.filter((store) => namesOf(store).some((name) => plain(name) === sought))
  }

  /** The cities of all stores, for people who ask for another one. */
  get cities(): string[] {
    return [...new Set(this.all.map(({ address }) => address.city))].sort()
  }
}

const namesOf = ({ address, delivery }: Store): string[] => [
  address.city,
  address.postal_code,
  ...delivery.areas.flatMap(({ name, postal_codes }) => [name, ...postal_codes]),
]

/** Where the store delivers to, by postal code. */
export const areaOf = ({ delivery }: Store, postalCode: string): DeliveryArea | undefined =>
  delivery.areas.find(({ postal_codes }) => postal_codes.some((code) => plain(code) === plain(postalCode)))
