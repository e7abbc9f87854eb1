import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import pLimit from 'p-limit'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

// OWASP Password Storage Cheat Sheet, scrypt: 2^15, 8, 3.
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 }
const length = 32

/** At most two at once, because each takes a core and 32 MiB, and anyone may try to sign in. */
const inTurn = pLimit(2)

/** Returns salt and hash in one text. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await inTurn(() => derive(password.normalize('NFKC'), salt, length, cost))
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** Takes the same time for an account that does not exist (`undefined`). */
export async function fitsPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = (kept ?? `scrypt$${'A'.repeat(22)}$`).split('$')
  const found = await inTurn(() => derive(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), length, cost))
  const expected = Buffer.from(hash, 'base64url')
  return expected.length === length && timingSafeEqual(found, expected)
}
