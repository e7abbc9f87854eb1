import { createHash } from 'node:crypto'
import type { Database } from '@reference-plugins/store'
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { seconds } from './tables.ts'

// Each of these gives access, so a copy of the table must not be enough to use them.
const hashed = ['AccessToken', 'AuthorizationCode', 'RefreshToken']
const grantable = [...hashed, 'Grant']

/** The storage of oidc-provider, on the plugin's database. */
export const createAdapter =
  (database: Database): AdapterFactory =>
  (model) =>
    new StoreAdapter(database, model)

class StoreAdapter implements Adapter {
  readonly #database: Database
  readonly #model: string

  constructor(database: Database, model: string) {
    this.#database = database
    this.#model = model
  }

  #key(id: string): string {
    return hashed.includes(this.#model) ? createHash('sha256').update(id).digest('base64url') : id
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { jti, ...rest } = payload
    const kept = JSON.stringify(hashed.includes(this.#model) ? rest : payload)
    const { uid = null, grantId = null, accountId = null } = payload
    const grant = this.#model === 'Grant' ? id : grantId
    const expiresAt = expiresIn ? seconds() + expiresIn : null
    await this.#database.run`
      INSERT INTO oauth_record (model, id, payload, grant_id, uid, account_id, expires_at)
      VALUES (${this.#model}, ${this.#key(id)}, ${kept}, ${grant}, ${uid}, ${accountId}, ${expiresAt})
      ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
        uid = excluded.uid, account_id = excluded.account_id, expires_at = excluded.expires_at`
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const row = await this.#database.get<Row>`
      SELECT payload, consumed_at FROM oauth_record
      WHERE model = ${this.#model} AND id = ${this.#key(id)} AND coalesce(expires_at, ${seconds()} + 1) > ${seconds()}`
    return row && { jti: id, ...toPayload(row) }
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const row = await this.#database.get<Row>`
      SELECT payload, consumed_at FROM oauth_record
      WHERE model = ${this.#model} AND uid = ${uid} AND coalesce(expires_at, ${seconds()} + 1) > ${seconds()}`
    return row && toPayload(row)
  }

  /** There is no device flow. */
  async findByUserCode(): Promise<undefined> {
    return undefined
  }

  async destroy(id: string): Promise<void> {
    await this.#database.run`DELETE FROM oauth_record WHERE model = ${this.#model} AND id = ${this.#key(id)}`
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    if (grantable.includes(this.#model))
      await this.#database.run`DELETE FROM oauth_record WHERE model = ${this.#model} AND grant_id = ${grantId}`
  }

  /**
   * Marks a code or a refresh token as used. The statement itself decides who is first, because oidc-provider checked
   * earlier, and others may have used it since.
   * @throws InvalidGrant for all but the first; a code that is used twice ends its grant, RFC 6749 4.1.2
   */
  async consume(id: string): Promise<void> {
    const first = await this.#database.run`
      UPDATE oauth_record SET consumed_at = ${seconds()}
      WHERE model = ${this.#model} AND id = ${this.#key(id)} AND consumed_at IS NULL`
    if (first > 0) return
    if (this.#model === 'AuthorizationCode')
      await this.#database.run`
        DELETE FROM oauth_record WHERE grant_id = (
          SELECT grant_id FROM oauth_record WHERE model = ${this.#model} AND id = ${this.#key(id)})`
    throw new errors.InvalidGrant('it has already been used')
  }
}

interface Row {
  payload: string
  consumed_at: number | null
}

const toPayload = ({ payload, consumed_at }: Row): AdapterPayload => ({
  ...JSON.parse(payload),
  ...(consumed_at !== null && { consumed: consumed_at }),
})

/** Deletes expired records and sign-ins. */
export const cleanUp = (database: Database): Promise<unknown> =>
  Promise.all([
    database.run`DELETE FROM oauth_record WHERE expires_at < ${seconds()}`,
    database.run`DELETE FROM oauth_sign_in WHERE expires_at < ${seconds()}`,
  ])
