import { dirname, join } from 'node:path'
import { developmentSecret } from '@reference-plugins/core'

/** The key of a host without HOST_KEY. It lies beside the database, not in it: a copy of the database has no key. */
export const ownKey = (databaseUrl: string): string =>
  developmentSecret(join(dirname(databaseUrl.replace(/^file:/, '')), 'vault-key')).secret
