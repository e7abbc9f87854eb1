import { randomBytes, randomUUID } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { FoundPlugin } from '../plugins/plugins.ts'
import { now } from '../tables.ts'
import type { RegistrationStep } from '../wire.ts'

const mostWaiting = 50

/** A plugin that was read and waits for approval. */
export interface PendingRegistration {
  /** The plugin's ID after approval. It is known before, because the callback URL contains it. */
  id: string
  address: string
  steps: RegistrationStep[]
  found: FoundPlugin | undefined
  verificationToken: string
  /** The ID of the plugin that the approval changes. */
  changes?: string
}

export class Registrations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(user: string, read: Omit<PendingRegistration, 'id' | 'verificationToken'>): Promise<PendingRegistration> {
    const pending: PendingRegistration = {
      ...read,
      id: `plugin-${randomUUID()}`,
      verificationToken: randomBytes(16).toString('hex'),
    }
    await this.#database.transaction(async (transaction) => {
      await transaction.run`
        INSERT INTO registration (id, owner, found, begun_at) VALUES (${pending.id}, ${user}, ${JSON.stringify(pending)}, ${now()})`
      await transaction.run`
        DELETE FROM registration WHERE owner = ${user} AND id NOT IN
          (SELECT id FROM registration WHERE owner = ${user} ORDER BY begun_at DESC LIMIT ${mostWaiting})`
    })
    return pending
  }

  /** @throws Problem 404 */
  async get(user: string, id: string): Promise<PendingRegistration> {
    const row = await this.#database.get<{ found: string }>`
      SELECT found FROM registration WHERE id = ${id} AND owner = ${user}`
    if (!row) throw new Problem(404, 'The registration does not exist or is too old: register the address again')
    return JSON.parse(row.found) as PendingRegistration
  }

  async remove(user: string, id: string): Promise<void> {
    await this.#database.run`DELETE FROM registration WHERE id = ${id} AND owner = ${user}`
  }
}
