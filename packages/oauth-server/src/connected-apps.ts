import type { Database } from '@reference-plugins/store'
import type { Account } from './accounts.ts'
import type { Client } from './client.ts'
import type { ConnectedApp } from './pages/apps-page.ts'
import { seconds } from './tables.ts'

interface GrantPayload {
  clientId: string
  iat: number
  resources?: Record<string, string>
}

/** The apps that a user has allowed to act for them. */
export class ConnectedApps {
  readonly #database: Database
  readonly #clients: readonly Client[]

  constructor(database: Database, clients: readonly Client[]) {
    this.#database = database
    this.#clients = clients
  }

  /** One entry for each app, with its scopes in words. */
  async list(account: Account, scopes: Readonly<Record<string, string>>): Promise<ConnectedApp[]> {
    const apps = new Map<string, { since: number; scopes: Set<string> }>()
    for (const { clientId, iat, resources = {} } of await this.#grants(account)) {
      const app = apps.get(clientId) ?? { since: iat, scopes: new Set() }
      for (const scope of Object.values(resources).join(' ').split(' ')) app.scopes.add(scope)
      apps.set(clientId, { ...app, since: Math.min(app.since, iat) })
    }
    return Promise.all(
      Array.from(apps, async ([clientId, app]) => ({
        clientId,
        name: await this.#nameOf(clientId),
        permissions: Object.entries(scopes).flatMap(([scope, words]) => (app.scopes.has(scope) ? [words] : [])),
        since: new Date(app.since * 1000).toISOString().slice(0, 10),
      })),
    )
  }

  async #nameOf(clientId: string): Promise<string> {
    const configured = this.#clients.find(({ id }) => id === clientId)
    if (configured) return configured.name
    const row = await this.#database.get<{ payload: string }>`
      SELECT payload FROM oauth_record WHERE model = 'Client' AND id = ${clientId}`
    const { client_name: name } = JSON.parse(row?.payload ?? '{}') as { client_name?: string }
    return name ?? URL.parse(clientId)?.host ?? clientId
  }

  /** Ends the app's access to this user: its tokens then answer 401. */
  async revoke(account: Account, clientId: string): Promise<void> {
    await this.#database.run`
      DELETE FROM oauth_record WHERE grant_id IN (
        SELECT id FROM oauth_record
        WHERE model = 'Grant' AND account_id = ${account.id} AND client_id = ${clientId})`
  }

  async #grants({ id }: Account): Promise<GrantPayload[]> {
    const rows = await this.#database.all<{ payload: string }>`
      SELECT payload FROM oauth_record
      WHERE model = 'Grant' AND account_id = ${id} AND (expires_at IS NULL OR expires_at > ${seconds()})`
    return rows.map(({ payload }) => JSON.parse(payload))
  }
}
