import { randomBytes, randomUUID } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { FoundPlugin } from '../plugins/plugins.ts'
import { now } from '../tables.ts'
import type { RegistrationStep } from '../wire.ts'

const mostWaiting = 50

/** What was read and waits for the developer's word. */
export interface PendingRegistration {
  /** Of the plugin, once it is approved: the callback and the verification token are shown before. */
  id: string
  address: string
  steps: RegistrationStep[]
  found: FoundPlugin | undefined
  verificationToken: string
  /** The plugin that would be changed. */
  changes?: string
}

export class Registrations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(
    user: string,
    read: Pick<PendingRegistration, 'address' | 'steps' | 'found'> & { changes?: string },
  ): Promise<PendingRegistration> {
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
    if (!row) throw new Problem(404, 'There is no such registration: begin it again')
    return JSON.parse(row.found) as PendingRegistration
  }

  async remove(user: string, id: string): Promise<void> {
    await this.#database.run`DELETE FROM registration WHERE id = ${id} AND owner = ${user}`
  }
}
