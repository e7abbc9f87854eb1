/**
 * Why something cannot be done. The message says what to do next.
 * `missing`: it does not exist. `invalid`: the input names something unknown. `conflict`: it is too late, or it has changed.
 */
export class ShopError extends Error {
  override readonly name = 'ShopError'
  readonly kind: 'missing' | 'invalid' | 'conflict'

  constructor(kind: ShopError['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}
