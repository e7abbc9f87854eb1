import { readFileSync } from 'node:fs'
import type { PoolConfig } from 'pg'

type Parameters = Record<string, string>

/** A connection is replaced after half an hour, so that all reach a new server or use a new password in that time. */
const defaults: Parameters = {
  application_name: 'reference-plugins',
  connect_timeout: '5',
  max: '10',
  maxLifetime: '1800',
}

const known = [
  ...Object.keys(defaults),
  ...['host', 'port', 'user', 'dbname', 'password', 'passwordFile', 'options'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'channel_binding'],
]

export interface Settings extends PoolConfig {
  host: string
  port: number
  database: string
  user: string
}

/**
 * The settings in a URL such as `postgres://user:password@host:5432/name?sslmode=verify-full`. The names of parameters are
 * those of libpq, and three more: `max` connections, their `maxLifetime` in seconds, and `passwordFile`.
 * @throws Error that says what is wrong, without the password
 */
export function readSettings(url: string, password?: () => string | Promise<string>): Settings {
  const parameters = parametersOf(url)
  const { host = '', port = '5432', user = '', dbname = user, passwordFile, options } = parameters
  if (host === '') throw new Error('it names no host, such as postgres://user@localhost/todo')
  if (user === '') throw new Error('it names no user, such as postgres://user@localhost/todo')
  const fixed =
    passwordFile === undefined ? parameters.password : () => readFile('passwordFile', passwordFile).trimEnd()
  return {
    host,
    port: wholeNumber('port', port),
    database: dbname,
    user,
    // pg reads PGPASSWORD if there is no password.
    ...((password ?? fixed) && { password: password ?? fixed }),
    ...(options && { options }),
    ssl: tlsOf(parameters),
    enableChannelBinding: (parameters.channel_binding ?? 'disable') !== 'disable',
    application_name: parameters.application_name,
    connectionTimeoutMillis: wholeNumber('connect_timeout', parameters.connect_timeout) * 1000,
    max: wholeNumber('max', parameters.max),
    maxLifetimeSeconds: wholeNumber('maxLifetime', parameters.maxLifetime),
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // A program that forgets to close the database ends nevertheless, as with a file.
    allowExitOnIdle: true,
  }
}

function parametersOf(url: string): Parameters {
  const found = urlParts(url)
  const unknown = Object.keys(found).filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`the parameter ${unknown[0]} is not supported, only ${known.join(', ')}`)
  return { ...defaults, ...found }
}

function urlParts(url: string): Parameters {
  const parsed = URL.parse(url)
  if (!parsed) throw new Error('it is not a URL such as postgres://user:password@host:5432/name')
  const { hostname, port, username, password, pathname, searchParams } = parsed
  const parts = { host: hostname.replace(/^\[|\]$/g, ''), port, user: username, password, dbname: pathname.slice(1) }
  const given = Object.entries(parts).filter(([, value]) => value !== '')
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, decode(name, value)])),
    ...Object.fromEntries(searchParams),
  }
}

function decode(name: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new Error(`write % as %25 in the ${name}`)
  }
}

function tlsOf({ sslmode = 'disable', sslrootcert, sslcert, sslkey }: Parameters): PoolConfig['ssl'] {
  if (sslmode === 'disable') return false
  if (sslmode !== 'verify-full')
    throw new Error(
      `sslmode=${sslmode} does not check the server: use sslmode=verify-full, and sslrootcert=FILE for your own CA`,
    )
  return {
    ...(sslrootcert !== undefined && sslrootcert !== 'system' && { ca: readFile('sslrootcert', sslrootcert) }),
    ...(sslcert !== undefined && { cert: readFile('sslcert', sslcert) }),
    ...(sslkey !== undefined && { key: readFile('sslkey', sslkey) }),
  }
}

function readFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`${name}=${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function wholeNumber(name: string, text = ''): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name} must be a whole number above 0`)
  return Number(text)
}
