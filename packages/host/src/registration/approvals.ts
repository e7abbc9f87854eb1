import { Problem } from '@reference-plugins/core'
import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import { type FoundPlugin, hashOf, type Plugins, type RegisteredPlugin } from '../plugins/plugins.ts'
import type { Credentials } from '../sign-in/credentials.ts'
import { type RegisteredClient, registerClient } from '../sign-in/oauth-server.ts'
import type { SignIns } from '../sign-in/sign-ins.ts'
import type { ApprovalInput, RegistrationStep } from '../wire.ts'
import { mcpTexts } from './mcp-reading.ts'
import { readMcpServer } from './mcp-server.ts'
import { type ReadOptions, readPlugin } from './read-plugin.ts'
import type { PendingRegistration, Registrations } from './registrations.ts'

const mostPlugins = 5_000

export interface ApprovalParts {
  registrations: Registrations
  plugins: Plugins
  credentials: Credentials
  signIns: SignIns
  allowLoopback: boolean
}

/** Registers plugins in two steps: reads one, and adds it when the user approves exactly what was read. */
export class Approvals {
  readonly #parts: ApprovalParts

  constructor(parts: ApprovalParts) {
    this.#parts = parts
  }

  /** Reads what is at an address, and stores it until the user approves it. @throws Problem 422 */
  async read(user: string, address: string, input: Pick<ReadOptions, 'tell' | 'token'>): Promise<PendingRegistration> {
    return this.#parts.registrations.add(user, { address, ...(await this.#read(address, input)) })
  }

  /**
   * Nothing is fetched again.
   * @throws Problem 404, 409, or 422 that says what is missing
   */
  async approve(user: string, id: string, input: ApprovalInput): Promise<RegisteredPlugin> {
    const { registrations, plugins } = this.#parts
    const { found, changes, verificationToken } = await registrations.get(user, id)
    if (!found) throw new Problem(409, 'This registration failed: fix the failed step, then register again')
    if (changes === undefined) await this.#add(user, id, found, verificationToken, input)
    else {
      await plugins.owned(user, changes)
      await plugins.replace(changes, found)
    }
    await registrations.remove(user, id)
    return plugins.owned(user, changes ?? id)
  }

  /** Reads a registered plugin again. If it has changed, it is not called until the change is approved. */
  async refresh(
    user: string,
    plugin: RegisteredPlugin,
    tell: (step: RegistrationStep) => void,
  ): Promise<PendingRegistration> {
    const { registrations, plugins } = this.#parts
    const { steps, found: seen } = await this.#read(plugin.address, { tell })
    const hasTools = needsSignIn(plugin) && plugin.document.operations.length > 0
    const found = seen && hasTools ? await this.#readSignedInTools(user, plugin) : seen
    const hasChanged = found !== undefined && hashOf(found.texts) !== plugin.hash
    if (hasChanged)
      await plugins.setTrouble(plugin.id, 'its manifest or spec has changed and the change is not approved')
    else if (found && plugin.trouble !== undefined) await plugins.setTrouble(plugin.id, undefined)
    return registrations.add(user, {
      address: plugin.address,
      steps,
      found,
      ...(hasChanged && { changes: plugin.id }),
    })
  }

  /** Adds the tools of an MCP server that shows them only after sign-in, when its owner signs in for the first time. */
  async addSignedInTools(user: string, plugin: RegisteredPlugin): Promise<void> {
    if (needsSignIn(plugin) && plugin.owner === user && plugin.document.operations.length === 0)
      await this.#parts.plugins.replace(plugin.id, await this.#readSignedInTools(user, plugin))
  }

  #read(address: string, input: Pick<ReadOptions, 'tell' | 'token'>) {
    const { allowLoopback } = this.#parts
    return readPlugin(address, { ...input, allowLoopback, signal: AbortSignal.timeout(120_000) })
  }

  async #add(user: string, id: string, found: FoundPlugin, verificationToken: string, input: ApprovalInput) {
    const { plugins, credentials } = this.#parts
    const { serviceToken } = input
    const { auth, source } = found.document
    if ((await plugins.count(user)) >= mostPlugins)
      throw new Problem(409, `You have ${mostPlugins} plugins, which is the maximum: remove one first`)
    if (auth.type === 'service_http' && serviceToken === undefined && source !== 'spec')
      throw new Problem(422, 'The plugin needs its service token: enter the one that its developer gave you')
    const client = await this.#client(id, found, input)
    await plugins.add(id, user, found, { clientId: client?.id, verificationToken })
    const plugin = await plugins.owned(user, id)
    if (serviceToken !== undefined && auth.type === 'service_http')
      await credentials.putServiceToken(plugin, serviceToken)
    if (client?.secret !== undefined) await credentials.putClientSecret(plugin, client.secret)
  }

  /** The client that was entered, or one that the authorization server registers. */
  async #client(
    id: string,
    { oauth, document }: FoundPlugin,
    { clientId, clientSecret }: ApprovalInput,
  ): Promise<RegisteredClient | undefined> {
    if (clientId !== undefined) return { id: clientId, ...(clientSecret !== undefined && { secret: clientSecret }) }
    const callbackUrl = this.#parts.signIns.callbackUrl(id)
    if (oauth?.registrationUrl !== undefined) {
      const fetch = guardedFetcher({ allowLoopback: this.#parts.allowLoopback, redirects: 0 })
      return registerClient(oauth, callbackUrl, fetch).catch((error: Error) => {
        throw new Problem(
          422,
          `The authorization server did not register this host (${error.message}): enter a client ID`,
        )
      })
    }
    if (document.auth.type !== 'oauth') return undefined
    throw new Problem(
      422,
      `Enter a client ID: register one at the authorization server, with the callback ${callbackUrl}`,
    )
  }

  /** @throws Refusal; NotActivated */
  async #readSignedInTools(user: string, plugin: RegisteredPlugin): Promise<FoundPlugin> {
    const { credentials, allowLoopback } = this.#parts
    const { document, address, oauth } = plugin
    const read = await readMcpServer(document.server, {
      fetch: guardedFetcher({ allowLoopback, redirects: 0, maximumBytes: 5 * 2 ** 20 }),
      authorization: await credentials.authorization(user, plugin),
      signal: AbortSignal.timeout(20_000),
    })
    const signedIn = { ...read, auth: document.auth }
    return { address, document: signedIn, texts: mcpTexts(signedIn), repairs: [], ...(oauth && { oauth }) }
  }
}

/** Whether the server shows its tools only to users who have signed in. */
const needsSignIn = ({ document: { source, auth } }: FoundPlugin): boolean => source === 'mcp' && auth.type === 'oauth'
