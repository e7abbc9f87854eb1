import { type Database, withLease } from '@reference-plugins/store'
import { seconds } from './tables.ts'

const day = 86_400
/** In one statement, so that others do not wait long for it. */
const mostRows = 1_000
/** In seconds. */
const longestRun = 60

/**
 * Deletes expired records and sign-ins, and clients that registered themselves over a day ago and that no user has allowed.
 * One process with the database does it at a time.
 */
export async function cleanUp(database: Database): Promise<void> {
  await withLease(database, 'oauth-clean-up', longestRun, async (signal) => {
    for (const removeSome of [expiredRecords, expiredSignIns, expiredLimits, unusedClients])
      while (!signal.aborted && (await removeSome(database)) === mostRows);
  })
}

const expiredRecords = (database: Database): Promise<number> => database.run`
  DELETE FROM oauth_record WHERE (model, id) IN (
    SELECT model, id FROM oauth_record WHERE expires_at < ${seconds()} LIMIT ${mostRows})`

const expiredSignIns = (database: Database): Promise<number> => database.run`
  DELETE FROM oauth_sign_in WHERE digest IN (
    SELECT digest FROM oauth_sign_in WHERE expires_at < ${seconds()} LIMIT ${mostRows})`

const expiredLimits = (database: Database): Promise<number> => database.run`
  DELETE FROM oauth_limit WHERE key IN (SELECT key FROM oauth_limit WHERE ends_at < ${Date.now()} LIMIT ${mostRows})`

const unusedClients = (database: Database): Promise<number> => database.run`
  DELETE FROM oauth_record WHERE model = 'Client' AND id IN (
    SELECT id FROM oauth_record c WHERE model = 'Client' AND registered_at < ${seconds() - day}
      AND NOT EXISTS (SELECT 1 FROM oauth_record g WHERE g.client_id = c.id AND g.model = 'Grant')
    LIMIT ${mostRows})`
