import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import { type Database, openDatabase } from '@reference-plugins/store'
import type { Logger } from 'pino'
import { Caller } from './calls/caller.ts'
import { Permissions } from './conversation/confirmation.ts'
import { Conversations } from './conversation/conversations.ts'
import { TurnLeases } from './conversation/turn-leases.ts'
import { Turns } from './conversation/turns.ts'
import { OperationFinder } from './finding/operation-finder.ts'
import { Logos } from './plugins/logos.ts'
import { Plugins } from './plugins/plugins.ts'
import { Presentation } from './plugins/presentation.ts'
import { Shares } from './plugins/shares.ts'
import { Approvals } from './registration/approvals.ts'
import { Registrations } from './registration/registrations.ts'
import { RecordedExamples } from './replay/examples.ts'
import { Selection } from './selection/selection.ts'
import { Activations } from './sign-in/activations.ts'
import { Credentials } from './sign-in/credentials.ts'
import { OAuthTokens } from './sign-in/oauth-tokens.ts'
import { SignIns } from './sign-in/sign-ins.ts'
import { hostMigrations } from './tables.ts'
import { UserLimits } from './users/user-limits.ts'
import { UserModels } from './users/user-models.ts'
import { Users } from './users/users.ts'
import { KeyRing } from './vault/key-ring.ts'
import { Vault } from './vault/vault.ts'
import { LiveViews } from './views/live-views.ts'
import { Views } from './views/views.ts'
import { RemovedLocals } from './workspace/removed-locals.ts'
import { Workspace } from './workspace/workspace.ts'

export interface HostOptions {
  databaseUrl: string
  /** Where the page is reached, without a trailing slash. It may have a path. */
  publicUrl: string
  /** The keys of the vault, in the form of HOST_KEY. Called after the database is open. */
  keys: () => string
  mode: 'single' | 'accounts'
  /** Allows plugins on this machine. */
  development: boolean
  /** Where models are looked for. */
  environment: NodeJS.ProcessEnv
  /** Holds the plugins beside this host, if there are any. */
  pluginFolder?: string
  log: Logger
  longestCall?: number
  /** How many proxies in front of the host add to X-Forwarded-For. */
  proxies?: number
}

/** The parts of a host. The page's server and the command line use the same ones. */
export type Host = Awaited<ReturnType<typeof openHost>>

/** @throws EnvironmentError if a key is too weak; DatabaseError */
export async function openHost(options: HostOptions) {
  const database = await openDatabase(options.databaseUrl, hostMigrations, { overwriteDeleted: true })
  const vault = new Vault(database, await toKeys(options.keys, database))
  await vault.renew()
  const registered = openPlugins(database, vault, options)
  const conversing = openConversations(database, vault, options, registered)
  await conversing.conversations.prepare()
  return {
    options,
    database,
    ...registered,
    ...conversing,
    async close() {
      await conversing.turns.stopAll()
      await database.close()
    },
  }
}

/** What registers plugins, activates and shares them. */
function openPlugins(database: Database, vault: Vault, options: HostOptions) {
  const { publicUrl, development: allowLoopback, pluginFolder: folder, mode } = options
  const users = new Users(database, mode)
  const limits = new UserLimits(database, mode === 'accounts')
  const plugins = new Plugins(database)
  const logos = new Logos(allowLoopback)
  const shares = new Shares(database)
  const activations = new Activations(database)
  const fetch = guardedFetcher({ allowLoopback, redirects: 0, timeout: 20_000 })
  const tokens = new OAuthTokens(database, vault, activations, fetch)
  const credentials = new Credentials(vault, activations, tokens)
  const signIns = new SignIns(database, tokens, publicUrl)
  const presentation = new Presentation({ plugins, users, shares, activations, credentials, signIns })
  const registrations = new Registrations(database)
  const approvals = new Approvals({ registrations, plugins, credentials, signIns, allowLoopback })
  const removed = new RemovedLocals(database)
  const workspace = new Workspace({ plugins, credentials, presentation, approvals, removed, folder })
  return {
    users,
    limits,
    plugins,
    logos,
    shares,
    activations,
    credentials,
    signIns,
    presentation,
    registrations,
    approvals,
    workspace,
  }
}

/** What calls plugins in conversations. */
function openConversations(
  database: Database,
  vault: Vault,
  { environment, mode, development: allowLoopback, longestCall, log }: HostOptions,
  { plugins, activations, credentials, limits, workspace }: ReturnType<typeof openPlugins>,
) {
  const isShared = mode === 'accounts'
  const models = new UserModels({ database, vault, environment, isShared, isOwnMachine: allowLoopback || !isShared })
  const selection = new Selection()
  const finder = new OperationFinder({ plugins, activations, selection })
  const caller = new Caller({ credentials, allowLoopback, ...(longestCall !== undefined && { longestCall }) })
  const views = new Views({ credentials, allowLoopback })
  const liveViews = new LiveViews(database)
  const examples = new RecordedExamples({ plugins, activations, workspace })
  const conversations = new Conversations(database)
  const leases = new TurnLeases(database, conversations)
  const turns = new Turns({
    conversations,
    leases,
    plugins,
    limits,
    liveViews,
    caller,
    permissions: new Permissions(database),
    modelOf: (user) => models.open(user),
    prompt: { plugins, activations, selection },
    log,
  })
  return { models, selection, finder, caller, views, liveViews, examples, conversations, leases, turns }
}

async function toKeys(keys: () => string, database: Database): Promise<KeyRing> {
  try {
    return new KeyRing(keys())
  } catch (error) {
    await database.close()
    throw error
  }
}
