import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

// OWASP Password Storage Cheat Sheet, scrypt: 2^15, 8, 3.
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 }
const length = 32
const atOnce = 2

const waiting: (() => void)[] = []
let running = 0

/** Few at once: each takes a core and 32 MiB, and sign-in is open to everyone. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

/** Answers salt and hash, in one text to keep. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await inTurn(() => derive(password.normalize('NFKC'), salt, length, cost))
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** Takes as long for an account that does not exist, which is `undefined` here. */
export async function fitsPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = (kept ?? `scrypt$${'A'.repeat(22)}$`).split('$')
  const found = await inTurn(() => derive(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), length, cost))
  const expected = Buffer.from(hash, 'base64url')
  return expected.length === length && timingSafeEqual(found, expected)
}
