import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import { type Database, openDatabase } from '@reference-plugins/store'
import type { Logger } from 'pino'
import { Caller } from './calls/caller.ts'
import { Permissions } from './conversation/confirmation.ts'
import { Conversations } from './conversation/conversations.ts'
import { Turns } from './conversation/turns.ts'
import { Plugins } from './plugins/plugins.ts'
import { Shares } from './plugins/shares.ts'
import { Registrar } from './registration/registrar.ts'
import { Registrations } from './registration/registrations.ts'
import { Selection } from './selection/index.ts'
import { Credentials } from './sign-in/credentials.ts'
import { SignIns } from './sign-in/sign-ins.ts'
import { hostMigrations } from './tables.ts'
import { UserModels } from './users/user-models.ts'
import { Users } from './users/users.ts'
import { KeyRing } from './vault/key-ring.ts'
import { Vault } from './vault/vault.ts'
import { Views } from './views/views.ts'
import type { Workspace } from './workspace/workspace.ts'

export interface HostOptions {
  databaseUrl: string
  /** Where the page is reached, without a slash at its end. */
  publicUrl: string
  /** Keys of the vault, as HOST_KEY has them. Asked for once the database is there. */
  keys: () => string
  mode: 'single' | 'accounts'
  /** Lets plugins on this machine in. */
  development: boolean
  /** Where models are looked for. */
  environment: NodeJS.ProcessEnv
  log: Logger
  longestCall?: number
}

/** The parts of a host, put together: what the page's server and the command line both work with. */
export interface Host {
  options: HostOptions
  database: Database
  users: Users
  plugins: Plugins
  shares: Shares
  credentials: Credentials
  signIns: SignIns
  registrar: Registrar
  registrations: Registrations
  conversations: Conversations
  turns: Turns
  models: UserModels
  caller: Caller
  selection: Selection
  views: Views
  /** The plugins beside this host, in development. */
  workspace?: Workspace
  close(): Promise<void>
}

/** @throws EnvironmentError where a key is too weak; DatabaseError */
export async function openHost(options: HostOptions): Promise<Host> {
  const { publicUrl, development, environment, log } = options
  const database = await openDatabase(options.databaseUrl, hostMigrations, { overwriteDeleted: true })
  const vault = new Vault(database, await toKeys(options.keys, database))
  const fetch = guardedFetcher({ allowLoopback: development, redirects: 0, timeout: 20_000 })
  const plugins = new Plugins(database)
  const conversations = new Conversations(database)
  const credentials = new Credentials(database, vault, fetch)
  const registrar = new Registrar({ allowLoopback: development, publicUrl })
  const caller = new Caller({
    credentials,
    allowLoopback: development,
    ...(options.longestCall !== undefined && { longestCall: options.longestCall }),
  })
  const models = new UserModels(database, vault, environment, options.mode === 'accounts')
  const selection = new Selection()
  const turns = new Turns({
    conversations,
    plugins,
    caller,
    permissions: new Permissions(database),
    modelOf: (user) => models.open(user),
    prompt: { plugins, credentials, selection },
    log,
  })
  return {
    options,
    database,
    users: new Users(database, options.mode),
    plugins,
    shares: new Shares(database),
    credentials,
    signIns: new SignIns(database),
    registrar,
    registrations: new Registrations(database),
    conversations,
    turns,
    models,
    caller,
    selection,
    views: new Views({ credentials, allowLoopback: development }),
    async close() {
      await turns.close()
      await database.close()
    },
  }
}

async function toKeys(keys: () => string, database: Database): Promise<KeyRing> {
  try {
    return new KeyRing(keys())
  } catch (error) {
    await database.close()
    throw error
  }
}
