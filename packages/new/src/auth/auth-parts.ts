import type { Needed } from '../source/imports.ts'
import type { AuthMode } from './auth-mode.ts'

/** What the plugins of one auth mode have in common, and those of others do not have. */
export interface AuthParts {
  /** Files of the plugin that has the mode. */
  files: readonly string[]
  /** The schema of the variables, which a plugin extends with its own. */
  settings?: { schema: string; module: string }
  /** The calls by which the statements of the mode in the create function are known. */
  setup: readonly string[]
  /** Steps that create tables, before or after the plugin's own. */
  migrations?: { name: string; isFirst: boolean }
  /** The operations may get a caller. */
  hasUsers: boolean
  imports: Needed
  dependencies: readonly string[]
}

const store = { '@reference-plugins/store': ['openDatabase'] }

export const authParts: Record<AuthMode, AuthParts> = {
  none: { files: [], setup: [], hasUsers: false, imports: { '@reference-plugins/core': ['none'] }, dependencies: [] },
  service: {
    files: ['src/service-tokens.ts'],
    settings: { schema: 'ServiceTokenSettings', module: './service-tokens.ts' },
    setup: [],
    hasUsers: false,
    imports: { '@reference-plugins/core': ['serviceToken'], './service-tokens.ts': ['readServiceTokens'] },
    dependencies: [],
  },
  user: {
    files: ['src/user-tokens.ts', 'src/token.ts', 'src/token-command.ts'],
    setup: ['UserTokens', 'addDevelopmentTokens'],
    migrations: { name: 'userTokenMigrations', isFirst: false },
    hasUsers: true,
    imports: {
      ...store,
      '@reference-plugins/core': ['userToken', 'userOperation'],
      './user-tokens.ts': ['addDevelopmentTokens', 'UserTokens', 'userTokenMigrations'],
    },
    dependencies: ['@reference-plugins/store'],
  },
  oauth: {
    files: [],
    settings: { schema: 'SignInEnvironment', module: '@reference-plugins/oauth-server' },
    setup: ['createSignIn'],
    migrations: { name: 'oauthMigrations', isFirst: true },
    hasUsers: true,
    imports: {
      ...store,
      '@reference-plugins/core': ['userOperation'],
      '@reference-plugins/oauth-server': ['createSignIn', 'oauthMigrations'],
    },
    dependencies: ['@reference-plugins/oauth-server', '@reference-plugins/store'],
  },
}
