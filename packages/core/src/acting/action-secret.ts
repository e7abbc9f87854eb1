import { createHmac, randomBytes } from 'node:crypto'
import type { Database } from '@reference-plugins/store'

/** What signs confirmations and questions. It is in the database, so that every instance has the same. */
export class ActionSecret {
  readonly #database: Database
  #value: Promise<string> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  read(): Promise<string> {
    this.#value ??= this.#find()
    this.#value.catch(() => {
      this.#value = undefined
    })
    return this.#value
  }

  /** A signature that every instance makes the same way. */
  async sign(text: string): Promise<string> {
    return createHmac('sha256', await this.read())
      .update(text)
      .digest('base64url')
  }

  async #find(): Promise<string> {
    const fresh = randomBytes(32).toString('base64url')
    await this.#database
      .run`INSERT INTO core_secret (name, value) VALUES ('confirmation', ${fresh}) ON CONFLICT (name) DO NOTHING`
    const row = await this.#database.get<{ value: string }>`SELECT value FROM core_secret WHERE name = 'confirmation'`
    return row?.value ?? fresh
  }
}
