import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { developmentSecret, EnvironmentError } from '@reference-plugins/core'
import type { StocksSettings } from './plugin.ts'

/**
 * The tokens that an assistant may call with. In development one is made, and kept beside the database file, or in `.data` where the database is none.
 * @throws EnvironmentError in production without any
 */
export function readServiceTokens({
  STOCKS_SERVICE_TOKENS,
  NODE_ENV,
  DATABASE_URL,
}: StocksSettings): readonly string[] {
  if (STOCKS_SERVICE_TOKENS) return STOCKS_SERVICE_TOKENS
  // Who only writes the documents needs no token that anyone knows.
  if (NODE_ENV === undefined) return [randomBytes(32).toString('base64url')]
  if (NODE_ENV !== 'development')
    throw new EnvironmentError(
      'STOCKS_SERVICE_TOKENS is not set: make a token with `openssl rand -base64 32`, and set it',
    )
  const folder = DATABASE_URL.startsWith('file:')
    ? dirname(DATABASE_URL.slice('file:'.length))
    : fileURLToPath(new URL('../.data', import.meta.url))
  const path = join(folder, 'service-token')
  const { secret, isNew } = developmentSecret(path)
  if (isNew) console.log(`For development there is now a service token: ${secret}\nIt is kept in ${path}.`)
  return [secret]
}
