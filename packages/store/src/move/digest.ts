import { createHash } from 'node:crypto'
import type { StoredRow, StoredValue } from './side.ts'

/** The number of rows and their checksum, which does not depend on their order. */
export class Digest {
  rows = 0
  #sum = 0n

  add(row: StoredRow): void {
    this.rows++
    const hash = createHash('sha256').update(row.map(canonical).join(',')).digest()
    this.#sum = BigInt.asUintN(128, this.#sum + hash.readBigUInt64BE(0) + (hash.readBigUInt64BE(8) << 64n))
  }

  get checksum(): string {
    return this.#sum.toString(16).padStart(32, '0')
  }

  equals(other: Digest): boolean {
    return this.rows === other.rows && this.#sum === other.#sum
  }
}

function canonical(value: StoredValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  // A whole number is the same as an integer and as a real number.
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`
  return String(value)
}
