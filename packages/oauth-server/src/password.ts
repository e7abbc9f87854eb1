import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import pLimit from 'p-limit'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

// OWASP Password Storage Cheat Sheet, scrypt: 2^15, 8, 3.
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 }
const length = 32

/** At most two at once, because each takes a core and 32 MiB, and anyone may try to sign in. */
const inTurn = pLimit(2)
/** The last of them waits a few seconds. */
const mostWaiting = 16
let waiting = 0

/** Too many passwords wait to be checked. */
export class SignInBusy extends Error {
  override readonly name = 'SignInBusy'
  readonly status = 503
  readonly expose = true
  readonly headers = { 'retry-after': '5' }

  constructor() {
    super('Too many people are signing in: wait 5 seconds and try again')
  }
}

/**
 * Returns salt and hash in one text.
 * @param signal of the caller; a password that nobody waits for is not hashed
 * @throws SignInBusy
 */
export async function hashPassword(password: string, signal?: AbortSignal): Promise<string> {
  const salt = randomBytes(16)
  const hash = await hash32(password, salt, signal)
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** Takes the same time for an account that does not exist (`undefined`). Throws as `hashPassword` does. */
export async function fitsPassword(password: string, kept: string | undefined, signal?: AbortSignal): Promise<boolean> {
  const [, salt = '', hash = ''] = (kept ?? `scrypt$${'A'.repeat(22)}$`).split('$')
  const found = await hash32(password, Buffer.from(salt, 'base64url'), signal)
  const expected = Buffer.from(hash, 'base64url')
  return expected.length === length && timingSafeEqual(found, expected)
}

async function hash32(password: string, salt: Buffer, signal: AbortSignal | undefined): Promise<Buffer> {
  signal?.throwIfAborted()
  if (waiting >= mostWaiting) throw new SignInBusy()
  waiting++
  let isWaiting = true
  const leave = () => {
    if (isWaiting) waiting--
    isWaiting = false
  }
  signal?.addEventListener('abort', leave, { once: true })
  try {
    return await inTurn(() => {
      leave()
      signal?.throwIfAborted()
      return derive(password.normalize('NFKC'), salt, length, cost)
    })
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}
