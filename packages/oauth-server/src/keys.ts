import { randomBytes } from 'node:crypto'
import type { Database } from '@reference-plugins/store'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { seconds } from './tables.ts'

/** How long a new key is known before it is used, so that every process with the same database knows it by then. */
const spread = 3600
/** The first keys are used at once, because no process has others. */
const first = ''

interface Row {
  value: string
  used_from: number
}

/** The keys that all processes with one database share. The first of each kind is the one in use; the others are accepted. */
export interface Keys {
  cookies: string[]
  jwks: JWK[]
}

/**
 * Reads the keys, and makes those that are missing. Of several processes that make one at once, the first wins.
 * @param since a date: keys are replaced once for each date that is new. Those of earlier dates are accepted further.
 */
export async function openKeys(database: Database, since: string = first): Promise<Keys> {
  for (const date of new Set([first, since])) {
    await keep(database, 'cookies', date, async () => randomBytes(32).toString('base64url'))
    await keep(database, 'key', date, () => makeKey(date))
  }
  const [cookies, keys] = await Promise.all([readCookieKeys(database), read(database, 'key')])
  return { cookies, jwks: keys.map((key) => JSON.parse(key) as JWK) }
}

export const readCookieKeys = (database: Database): Promise<string[]> => read(database, 'cookies')

async function read(database: Database, kind: string): Promise<string[]> {
  const rows = await database.all<Row>`
    SELECT value, used_from FROM oauth_key WHERE kind = ${kind} ORDER BY used_from DESC, since DESC`
  const now = seconds()
  const isUsed = ({ used_from }: Row) => used_from <= now
  return [...rows.filter(isUsed), ...rows.filter((row) => !isUsed(row))].map(({ value }) => value)
}

async function keep(database: Database, kind: string, since: string, make: () => Promise<string>): Promise<void> {
  const known = await database.get`SELECT 1 FROM oauth_key WHERE kind = ${kind} AND since = ${since}`
  if (known) return
  const usedFrom = since === first ? 0 : seconds() + spread
  await database.run`
    INSERT INTO oauth_key (kind, since, value, used_from) VALUES (${kind}, ${since}, ${await make()}, ${usedFrom})
    ON CONFLICT (kind, since) DO NOTHING`
}

async function makeKey(since: string): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return JSON.stringify({ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: since || 'first' })
}
