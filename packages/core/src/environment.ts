import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isLoopbackUrl } from '@reference-plugins/guarded-fetch/address'
import { z } from 'zod'
import { exampleFor, publicUrlFault } from './public-url.ts'

const port = z.coerce.number('must be a number').int().min(1).max(65535)
const publicUrl = z.string().superRefine((value, { addIssue }) => {
  const fault = publicUrlFault(value)
  if (fault !== undefined) addIssue(fault)
})
const pageOrigin = z.string().superRefine((value, { addIssue }) => {
  if (value === 'null')
    addIssue(
      'must not be null, the origin of every file and sandboxed page: serve the page by http, and name its origin',
    )
  else if (!isPageOrigin(value)) addIssue(`must be an origin, ${exampleFor(value)}`)
})

/** Reads a variable with values that are separated by commas. */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  const split = (value: string) => value.split(',').map((part) => part.trim())
  return z
    .string()
    .transform((value) => split(value).filter(Boolean))
    .pipe(z.array(item))
}

/** The variables that every plugin reads. */
const Common = z.object({
  PORT: port,
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: publicUrl.transform((value) => value.replace(/\/$/, '')).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  RATE_LIMIT: z.coerce.number('must be a number').int().min(1).default(6000),
  RATE_LIMITS: z
    .string()
    .regex(/^[\w-]+=[1-9]\d{0,8}(,[\w-]+=[1-9]\d{0,8})*$/, 'must have the form free=60,pro=6000')
    .transform((value) =>
      Object.fromEntries(value.split(',').map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])])),
    )
    .default({}),
  CORS_ORIGINS: listOf(pageOrigin.transform((value) => value.replace(/\/$/, ''))).default([]),
  OPENAI_APPS_CHALLENGE: z
    .string()
    .regex(/^[!-~]+$/, 'must be the token as OpenAI shows it, without spaces')
    .optional(),
  PAGE: z.enum(['on', 'off'], 'must be on or off').default('on'),
  SHUTDOWN_DELAY: z.coerce.number('must be a number of seconds').min(0).max(600).default(0),
  WEB_CONCURRENCY: z.coerce.number('must be a number').int().min(1).max(64).default(1),
  TRUSTED_PROXIES: z.coerce.number('must be a number').int().min(0).max(10).default(0),
})

export type Environment = z.output<typeof Common> & { PUBLIC_URL: string; DATABASE_URL: string }

/**
 * What the create function of a plugin takes: `Settings<typeof Schema>`, where the schema has the plugin's own variables.
 * `serve` sets everything. `plugin spec` sets PUBLIC_URL and DATABASE_URL only, and tests set what they need, so
 * everything else may be missing.
 */
export type Settings<Own extends z.ZodType = z.ZodUnknown> = Pick<Environment, 'PUBLIC_URL' | 'DATABASE_URL'> &
  Partial<Pick<Environment, 'NODE_ENV'>> &
  Partial<z.output<Own>>

/** Variables that are missing or not valid. The message has one line for each. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
  readonly expose = true
}

/**
 * Checks the variables and fills in the defaults.
 * @param folder of the plugin: unless DATABASE_URL is set, the database is a file in its `.data`
 * @param own the schema of the variables that only this plugin reads
 * @throws EnvironmentError
 */
export function readEnvironment<Own extends z.ZodType = z.ZodUnknown>(
  variables: NodeJS.ProcessEnv,
  defaults: { port: number; folder: URL },
  own?: Own,
): Environment & z.output<Own> {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const read = (own ? Common.and(own) : Common).safeParse({ ...set, PORT: set.PORT ?? defaults.port })
  if (!read.success)
    throw new EnvironmentError(read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n'))
  const environment = read.data as Environment
  if (set.NODE_ENV === undefined && isElsewhere(environment.PUBLIC_URL))
    throw new EnvironmentError(
      `NODE_ENV is not set, and PUBLIC_URL=${environment.PUBLIC_URL} is not this machine: set NODE_ENV=production, or NODE_ENV=development to test with the users and secrets of development`,
    )
  environment.PUBLIC_URL ??= `http://localhost:${environment.PORT}`
  environment.DATABASE_URL ??= defaultDatabase(fileURLToPath(defaults.folder))
  return environment as Environment & z.output<Own>
}

/** Whether others reach a server at this URL. Over http it may be a machine in the developer's own network. */
export const isElsewhere = (publicUrl: string | undefined): boolean =>
  publicUrl?.startsWith('https:') === true && !isLoopbackUrl(publicUrl)

function defaultDatabase(folder: string): string {
  const data = join(folder, '.data')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  // An older version may have made it for everyone. The folder of another user is that user's to restrict.
  if (statSync(data).uid === process.getuid?.()) chmodSync(data, 0o700)
  return `file:${join(data, `${basename(folder)}.sqlite`)}`
}

/** Whether this is an http or https URL with nothing after the port. */
export const isOrigin = (value: string): boolean =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).origin === value.replace(/\/$/, '')

/** Whether a page may have this origin: also that of a desktop program or an extension, such as vscode-file://vscode-app. */
export const isPageOrigin = (value: string): boolean =>
  isOrigin(value) ||
  (/^[a-z][a-z0-9+.-]*:\/\/[\w.-]+(:\d+)?$/.test(value) && !/^(https?|file|data|blob|ftp|wss?):/.test(value))

/** Reads a variable such as `openai=abc,other=def`: the token that each assistant showed, by its name. */
export const VerificationTokens = z
  .string()
  .regex(/^[\w-]+=[^=,\s]+(,[\w-]+=[^=,\s]+)*$/, 'must have the form openai=TOKEN, several separated by commas')
  .transform((value) => Object.fromEntries(value.split(',').map((pair) => pair.split('=')) as [string, string][]))
