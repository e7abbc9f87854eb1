/** What the shop calls: a bank and a courier. */
export interface Services {
  /** Takes money, once for each key. */
  charge(key: string, owner: string, cents: number): Promise<{ isRefunded: boolean }>
  refund(key: string): Promise<void>
  /** Knows no keys: each call sends another parcel. Undefined if the courier takes none. */
  send(key: string, owner: string): Promise<string | undefined>
  findParcel(key: string): Promise<string | undefined>
}

/** The other services, with all that they have done. */
export class World implements Services {
  readonly charges = new Map<string, { owner: string; cents: number; isRefunded: boolean }>()
  readonly parcels: { key: string; owner: string; parcel: string }[] = []
  /** The price of the shop. */
  cents = 350
  isClosed = false

  async charge(key: string, owner: string, cents: number): Promise<{ isRefunded: boolean }> {
    const charge = this.charges.get(key) ?? { owner, cents, isRefunded: false }
    this.charges.set(key, charge)
    return { isRefunded: charge.isRefunded }
  }

  async refund(key: string): Promise<void> {
    const charge = this.charges.get(key)
    if (charge) charge.isRefunded = true
  }

  async send(key: string, owner: string): Promise<string | undefined> {
    if (this.isClosed) return undefined
    const parcel = `parcel-${this.parcels.length}`
    this.parcels.push({ key, owner, parcel })
    return parcel
  }

  async findParcel(key: string): Promise<string | undefined> {
    return this.parcels.find((one) => one.key === key)?.parcel
  }
}
