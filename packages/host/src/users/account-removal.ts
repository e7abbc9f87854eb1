import { setTimeout as sleep } from 'node:timers/promises'
import type { Transaction } from '@reference-plugins/store'
import pLimit from 'p-limit'
import type { Host } from '../host.ts'
import type { User } from './users.ts'

/** How long the tokens of a user may take to be revoked, in milliseconds. */
const longestRevocation = 15_000

/**
 * Deletes an account with everything that it has in the host, also from the disk. First its sign-ins and its turns end,
 * then its tokens are revoked, as far as the authorization servers answer in time. Then all its rows are deleted, or none:
 * the user can try again. What is in progress meanwhile stores nothing (see the triggers in tables.ts).
 */
export async function removeAccount(host: Host, user: User): Promise<void> {
  const { database, users, plugins, credentials, conversations, turns } = host
  await users.accounts.signOutEverywhere(user)
  await turns.stopAllOf(user.id)
  const inTurn = pLimit(10)
  const revocations = (await plugins.allVisible(user.id)).map((plugin) =>
    inTurn(() =>
      plugin.owner === user.id ? credentials.deactivateAll(plugin) : credentials.deactivate(user.id, plugin),
    ),
  )
  // Tokens that cannot be read or revoked are deleted below.
  await Promise.race([Promise.allSettled(revocations), sleep(longestRevocation, undefined, { ref: false })])
  inTurn.clearQueue()
  await users.accounts.remove(user, async (id, transaction) => {
    await conversations.removeAll(id, transaction)
    await removeRows(id, transaction)
  })
  // A turn may have begun by a request that had passed before the sign-ins ended.
  await turns.stopAllOf(user.id)
  await database.checkpoint()
}

async function removeRows(user: string, transaction: Transaction): Promise<void> {
  await transaction.run`DELETE FROM secret WHERE user_id = ${user} OR plugin IN (SELECT id FROM plugin WHERE owner = ${user})`
  await transaction.run`DELETE FROM plugin WHERE owner = ${user}`
  await transaction.run`DELETE FROM registration WHERE owner = ${user}`
  await transaction.run`
    DELETE FROM share WHERE kind = ${'user'} AND id IN (SELECT share FROM member WHERE user_id = ${user})`
  await transaction.run`DELETE FROM member WHERE user_id = ${user}`
  await transaction.run`DELETE FROM activation WHERE user_id = ${user}`
  await transaction.run`DELETE FROM permission WHERE user_id = ${user}`
  await transaction.run`DELETE FROM sign_in WHERE user_id = ${user}`
  await transaction.run`DELETE FROM setting WHERE user_id = ${user}`
}
