import { createHash, timingSafeEqual } from 'node:crypto'
import { type Database, DatabaseError } from '@reference-plugins/store'
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { seconds } from './tables.ts'

const grantable = ['AccessToken', 'AuthorizationCode', 'RefreshToken', 'Grant']
// The ids of these give access, so a copy of the table must not be enough to use them.
const hashed = ['AccessToken', 'AuthorizationCode', 'RefreshToken', 'Session', 'Interaction']

/** The storage of oidc-provider, on the plugin's database. */
export const createAdapter =
  (database: Database): AdapterFactory =>
  (model) =>
    new Proxy(new StoreAdapter(database, model), { get: reporting })

/** A method of the adapter that says when the database is not available. */
function reporting(adapter: StoreAdapter, name: string | symbol): unknown {
  const value: unknown = Reflect.get(adapter, name)
  if (typeof value !== 'function') return value
  return (...given: unknown[]) => value.apply(adapter, given).catch(toUnavailable)
}

/** The database is not available: oidc-provider then answers 503, and does not send the user to the app with an error. */
export function toUnavailable(error: unknown): never {
  if (!(error instanceof DatabaseError)) throw error
  throw Object.assign(new errors.TemporarilyUnavailable(error.message), {
    status: error.status,
    statusCode: error.status,
    headers: error.headers,
    allow_redirect: false,
  })
}

class StoreAdapter implements Adapter {
  readonly #database: Database
  readonly #model: string

  constructor(database: Database, model: string) {
    this.#database = database
    this.#model = model
  }

  #key(id: string): string {
    return hashed.includes(this.#model) ? digest(id) : id
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const kept = JSON.stringify(withoutSecrets(this.#model, id, payload))
    const { uid = null, grantId = null, accountId = null, clientId = null } = payload
    const grant = this.#model === 'Grant' ? id : grantId
    const registeredAt = payload.client_id_issued_at ?? null
    const expiresAt = expiresIn ? seconds() + expiresIn : null
    await this.#database.run`
      INSERT INTO oauth_record (model, id, payload, grant_id, uid, account_id, client_id, registered_at, expires_at)
      VALUES (${this.#model}, ${this.#key(id)}, ${kept}, ${grant}, ${uid}, ${accountId}, ${clientId}, ${registeredAt}, ${expiresAt})
      ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
        uid = excluded.uid, account_id = excluded.account_id, client_id = excluded.client_id,
        registered_at = excluded.registered_at, expires_at = excluded.expires_at`
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const row = await this.#database.get<Row>`
      SELECT payload, consumed_at FROM oauth_record
      WHERE model = ${this.#model} AND id = ${this.#key(id)} AND (expires_at IS NULL OR expires_at > ${seconds()})`
    if (!row) return undefined
    const payload = { jti: id, ...toPayload(row) }
    return this.#model === 'Interaction' ? { ...payload, returnTo: `${payload.returnTo}${id}` } : payload
  }

  /** Without the id, of which only a hash is stored: such a session can be read, and not saved or destroyed. */
  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const row = await this.#database.get<Row>`
      SELECT payload, consumed_at FROM oauth_record
      WHERE model = ${this.#model} AND uid = ${uid} AND (expires_at IS NULL OR expires_at > ${seconds()})`
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
   * @throws InvalidGrant for all but the first; what is used twice has been stolen, so its grant ends with all its tokens:
   * RFC 6749 4.1.2, RFC 9700 4.14.2
   */
  async consume(id: string): Promise<void> {
    const first = await this.#database.run`
      UPDATE oauth_record SET consumed_at = ${seconds()}
      WHERE model = ${this.#model} AND id = ${this.#key(id)} AND consumed_at IS NULL`
    if (first > 0) return
    await this.#database.run`
      DELETE FROM oauth_record WHERE grant_id = (
        SELECT grant_id FROM oauth_record WHERE model = ${this.#model} AND id = ${this.#key(id)})`
    throw new errors.InvalidGrant('it has already been used')
  }
}

const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

function withoutSecrets(model: string, id: string, payload: AdapterPayload): object {
  const { jti: _, ...rest } = payload
  if (model === 'Client')
    return payload.client_secret === undefined
      ? payload
      : { ...payload, client_secret: hashSecret(payload.client_secret) }
  if (model === 'Interaction') {
    // oidc-provider stores the session's id here and does not read it.
    const session = rest.session && { ...rest.session, cookie: '' }
    return { ...rest, session, returnTo: String(rest.returnTo ?? '').slice(0, -id.length) }
  }
  return hashed.includes(model) ? rest : payload
}

const hashMark = 'sha256:'

/** A stored client is saved again with the hash that was read, so what is hashed stays as it is. */
const hashSecret = (secret: string): string => (secret.startsWith(hashMark) ? secret : `${hashMark}${digest(secret)}`)

/** Whether it is the secret of a client that registered itself. Earlier versions stored secrets as they were. */
export function fitsSecret(secret: string, kept: string): boolean {
  const [found, expected] = [kept.startsWith(hashMark) ? hashMark + digest(secret) : secret, kept].map(digest)
  return timingSafeEqual(Buffer.from(found as string), Buffer.from(expected as string))
}

interface Row {
  payload: string
  consumed_at: number | null
}

const toPayload = ({ payload, consumed_at }: Row): AdapterPayload => ({
  ...JSON.parse(payload),
  ...(consumed_at !== null && { consumed: consumed_at }),
})
