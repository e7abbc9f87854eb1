/** Up to this many values at once. Numbers stay exact for 2^53 / 2^20 values in one slot. */
const most = 2 ** 20

/**
 * Values by numbers that are never given twice. Not a Map: V8 copies a Map that changes all the time again and again, and
 * keeps the entries of each copy, whole requests, until the next major garbage collection.
 */
export class Slots<Value> {
  readonly #values: (Value | undefined)[] = []
  /** The number of the value in each slot; a slot that is free has that of its last value. */
  readonly #numbers: number[] = []
  readonly #free: number[] = []

  add(value: Value): number {
    const slot = this.#free.pop() ?? this.#values.length
    const number = (this.#numbers[slot] ?? slot) + most
    this.#values[slot] = value
    this.#numbers[slot] = number
    return number
  }

  get(number: number): Value | undefined {
    const slot = number % most
    return this.#numbers[slot] === number ? this.#values[slot] : undefined
  }

  /** @returns whether it was there */
  delete(number: number): boolean {
    if (this.get(number) === undefined) return false
    const slot = number % most
    this.#values[slot] = undefined
    this.#free.push(slot)
    return true
  }
}
