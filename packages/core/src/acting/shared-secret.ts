import { createHmac, randomBytes } from 'node:crypto'
import type { Database } from '@reference-plugins/store'

/** A secret in the database, so that every instance has the same. */
export class SharedSecret {
  readonly #database: Database
  #secret: Promise<string> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  read(): Promise<string> {
    this.#secret ??= this.#find()
    this.#secret.catch(() => {
      this.#secret = undefined
    })
    return this.#secret
  }

  /** A signature that every instance makes the same way. */
  async sign(text: string): Promise<string> {
    const hmac = createHmac('sha256', await this.read())
    return hmac.update(text).digest('base64url')
  }

  async #find(): Promise<string> {
    const fresh = randomBytes(32).toString('base64url')
    await this.#database
      .run`INSERT INTO core_secret (name, value) VALUES ('confirmation', ${fresh}) ON CONFLICT (name) DO NOTHING`
    const row = await this.#database.get<{ value: string }>`SELECT value FROM core_secret WHERE name = 'confirmation'`
    return row?.value ?? fresh
  }
}
