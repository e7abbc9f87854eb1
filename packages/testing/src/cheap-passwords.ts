import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

/** Hashing takes a thousandth of its time in tests. A test of that time sets `isCheap` to false while it runs. */
export const hashing = { isCheap: true, count: 0 }

const { scrypt } = crypto
const cheapScrypt: typeof scrypt = (
  password: crypto.BinaryLike,
  salt: crypto.BinaryLike,
  length: number,
  ...rest: unknown[]
) => {
  const done = rest.at(-1) as (error: Error | null, key: Buffer) => void
  const options = rest.length > 1 ? (rest[0] as crypto.ScryptOptions) : {}
  hashing.count++
  scrypt(password, salt, length, hashing.isCheap ? { ...options, N: 32, p: 1 } : options, done)
}
crypto.scrypt = cheapScrypt
syncBuiltinESMExports()
