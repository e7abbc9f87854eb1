import { dirname, join } from 'node:path'
import { developmentSecret } from '@reference-plugins/core'

/** The key of a host that was given none: beside the database, not in it, so that who copies the one has not the other. */
export const ownKey = (databaseUrl: string): string =>
  developmentSecret(join(dirname(databaseUrl.replace(/^file:/, '')), 'vault-key')).secret
