import { fileURLToPath } from 'node:url'
import { basePath, EnvironmentError, isElsewhere, readEnvironment } from '@reference-plugins/core'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { HostOptions } from './host.ts'
import { ownKey } from './vault/key-ring.ts'

/** The variables that only the host reads; those of every server are core's. */
const HostEnvironment = z.object({
  /** `single`: no sign-in, one user. `accounts`: people sign up and in. */
  HOST_USERS: z.enum(['single', 'accounts']).default('single'),
  /** The keys of the vault, the newest first, each 32 random bytes in base64url. */
  HOST_KEY: z.string().optional(),
  /** The folder that holds the plugins beside the host; read in development only. */
  HOST_PLUGINS: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../../../plugins', import.meta.url))),
})

/** The first segments of the paths that answer differently from the page, which is at every other path. */
const ownPaths = ['api', 'assets', 'aip']

/** @throws EnvironmentError */
export function readHostEnvironment(variables: NodeJS.ProcessEnv) {
  const environment = readEnvironment(
    variables,
    { port: 3000, folder: new URL('..', import.meta.url) },
    HostEnvironment,
  )
  const [, first = ''] = basePath(environment.PUBLIC_URL).split('/')
  if (ownPaths.includes(first))
    throw new EnvironmentError(`PUBLIC_URL must not have a path that begins with /${first}, which the host uses itself`)
  if (!variables.HOST_USERS && isElsewhere(environment.PUBLIC_URL))
    throw new EnvironmentError(
      `HOST_USERS is not set, and PUBLIC_URL=${environment.PUBLIC_URL} is not this machine: set HOST_USERS=accounts to let people sign in, or HOST_USERS=single if only one person can reach the host`,
    )
  return environment
}

/** How the host is opened in this environment. */
export function toHostOptions(
  environment: ReturnType<typeof readHostEnvironment>,
  variables: NodeJS.ProcessEnv,
  log: Logger,
): HostOptions {
  const {
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: publicUrl,
    HOST_USERS: mode,
    HOST_KEY: key,
    HOST_PLUGINS: pluginFolder,
    NODE_ENV,
    TRUSTED_PROXIES: proxies,
  } = environment
  const development = NODE_ENV === 'development'
  return {
    databaseUrl,
    publicUrl,
    keys: () => key ?? ownKey(databaseUrl),
    mode,
    development,
    ...(development && { pluginFolder }),
    environment: variables,
    log,
    proxies,
  }
}
