import { readFileSync } from 'node:fs'
import type { PoolConfig } from 'pg'

/** The settings of a connection, from a URL such as `postgres://user:password@host:5432/name?sslmode=verify-full`. */
export function readSettings(url: string): PoolConfig {
  const parsed = new URL(url)
  const query = parsed.searchParams
  return {
    host: query.get('host') ?? decodeURIComponent(parsed.hostname),
    port: Number(parsed.port || '5432'),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    user: decodeURIComponent(parsed.username),
    ...(parsed.password && { password: decodeURIComponent(parsed.password) }),
    ssl: query.get('sslmode') === 'verify-full' && {
      ...(query.has('sslrootcert') && { ca: readFileSync(query.get('sslrootcert') as string, 'utf8') }),
    },
    application_name: query.get('application_name') ?? 'reference-plugins',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    max: Number(query.get('max') ?? 10),
  }
}
