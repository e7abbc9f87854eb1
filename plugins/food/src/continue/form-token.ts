import { timingSafeEqual } from 'node:crypto'

type Sign = (text: string) => Promise<string>

/** How long a page can be used after it was opened, in milliseconds. */
const lifetime = 60 * 60_000

const signatureFor = (sign: Sign, checkout: string, age: number, expires: number): Promise<string> =>
  sign(JSON.stringify(['confirm age', checkout, age, expires]))

/** What the form of a page sends along: it shows that this page, about this checkout and this age, was opened here. */
export async function createFormToken(sign: Sign, checkout: string, age: number, now: number): Promise<string> {
  const expires = now + lifetime
  return `${expires}.${await signatureFor(sign, checkout, age, expires)}`
}

export async function isFormToken(
  sign: Sign,
  token: string,
  checkout: string,
  age: number,
  now: number,
): Promise<boolean> {
  const [expires = '', signature = ''] = token.split('.')
  if (!/^\d{1,15}$/.test(expires) || Number(expires) < now) return false
  const expected = Buffer.from(await signatureFor(sign, checkout, age, Number(expires)))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
