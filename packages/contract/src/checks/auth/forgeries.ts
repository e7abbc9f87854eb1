import type { Scheme } from '../../spec/security-schemes.ts'

/** A value that is not the secret. */
export interface Forgery {
  what: string
  value: string
  /** Whether every operation is tried with it. */
  isSimple?: boolean
  /** The whole Authorization header. */
  isWhole?: boolean
}

const madeUp = 'made-up-by-the-contract-tester'

/** What must not be accepted in the place of a secret, an invented one first. For Basic, the values are `user:password`. */
export function forgeriesFor(scheme: Scheme, secret: string | undefined): Forgery[] {
  if (scheme.kind === 'basic') return basicForgeries(secret)
  const found: Forgery[] = [
    { what: 'an invalid token', value: madeUp, isSimple: true },
    { what: 'an empty token', value: '', isSimple: true },
    { what: 'the token "undefined"', value: 'undefined' },
    { what: 'the token "null"', value: 'null' },
    { what: 'a token that is SQL', value: `' OR '1'='1` },
  ]
  if (scheme.field === 'authorization')
    found.push(
      { what: 'another scheme', value: `Token ${madeUp}`, isWhole: true, isSimple: true },
      ...(scheme.kind === 'bearer'
        ? [{ what: 'Basic with invalid credentials', value: `Basic ${toBase64('made:up')}`, isWhole: true }]
        : []),
    )
  if (!secret) return found
  const bare = secret.replace(/^bearer +/i, '')
  found.push(
    { what: 'the token with an extra letter', value: `${bare}x`, isSimple: true },
    { what: 'the token without its last letter', value: bare.slice(0, -1) },
    { what: 'the token with a letter before it', value: `x${bare}` },
  )
  // Upper and lower case are the same number where a token is one.
  if (bare.toUpperCase() !== bare && !isHexadecimal(bare))
    found.push({ what: 'the token in capitals', value: bare.toUpperCase() })
  const unsigned = withoutSignature(bare)
  if (unsigned) found.push(...unsigned)
  return found
}

function basicForgeries(secret: string | undefined): Forgery[] {
  const found: Forgery[] = [
    { what: 'invalid credentials', value: 'made:up', isSimple: true },
    { what: 'empty credentials', value: ':', isSimple: true },
    { what: 'the credentials "undefined"', value: 'undefined:undefined' },
    { what: 'credentials that are not base64', value: 'Basic %%%', isWhole: true },
    { what: 'credentials without a colon', value: `Basic ${toBase64('made-up')}`, isWhole: true },
    { what: 'another scheme', value: `Bearer ${madeUp}`, isWhole: true, isSimple: true },
  ]
  const pair = secret === undefined ? undefined : decoded(secret)
  const [, user, password] = /^([^:]*):(.*)$/s.exec(pair ?? '') ?? []
  if (user === undefined || password === undefined) return found
  found.push(
    { what: 'the user with an invalid password', value: `${user}:${madeUp}`, isSimple: true },
    { what: 'the user without a password', value: `${user}:` },
    { what: 'the password with an extra letter', value: `${user}:${password}x` },
  )
  if (password.length > 1)
    found.push({ what: 'the password without its last letter', value: `${user}:${password.slice(0, -1)}` })
  if (password.toUpperCase() !== password && !isHexadecimal(password))
    found.push({ what: 'the password in capitals', value: `${user}:${password.toUpperCase()}` })
  // Some servers take the secret as the user or as the password, whatever the other one is.
  return password === '' ? found.filter(({ value, isWhole }) => isWhole || value !== `${user}:`) : found
}

/** The valid secret in forms that a server need not accept, without those that the operation accepts. */
export function lenientForms(scheme: Scheme, secret: string, accepted: readonly Scheme[]): Forgery[] {
  if (scheme.field !== 'authorization' || scheme.kind !== 'bearer') return []
  const bare = secret.replace(/^bearer +/i, '')
  const has = (kind: Scheme['kind']) => accepted.some((one) => one.kind === kind && one.field === 'authorization')
  return [
    ...(has('basic') ? [] : [{ what: 'the token after Basic', value: `Basic ${bare}`, isWhole: true }]),
    ...(has('other') || has('key')
      ? []
      : [
          { what: 'the token after Token', value: `Token ${bare}`, isWhole: true },
          { what: 'the token without a scheme', value: bare, isWhole: true },
        ]),
    ...(isHexadecimal(bare) && bare.toUpperCase() !== bare
      ? [{ what: 'the token in capitals', value: bare.toUpperCase() }]
      : []),
  ]
}

/** A JSON Web Token whose signature is missing or belongs to another content. */
function withoutSignature(token: string): Forgery[] | undefined {
  const [header, payload, signature] = token.split('.')
  if (!signature || !payload || token.split('.').length !== 3) return undefined
  let claims: unknown
  try {
    JSON.parse(Buffer.from(header ?? '', 'base64url').toString())
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  } catch {
    return undefined
  }
  const changed = toBase64Url({ ...(claims as object), sub: 'made-up' })
  return [
    { what: 'the token without a signature', value: `${toBase64Url({ alg: 'none', typ: 'JWT' })}.${payload}.` },
    { what: 'the token with a changed content', value: `${header}.${changed}.${signature}` },
  ]
}

/** `user:password`, of a secret in any of its forms. */
export function decoded(secret: string): string {
  const plain = secret.replace(/^basic +/i, '')
  return plain.includes(':') ? plain : Buffer.from(plain, 'base64').toString()
}

const isHexadecimal = (text: string): boolean => /^[0-9a-f-]+$/i.test(text)
const toBase64 = (text: string): string => Buffer.from(text).toString('base64')
const toBase64Url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
