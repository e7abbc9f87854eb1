export type { Account, Accounts } from './accounts.ts'
export {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from './authorization-server.ts'
export { Client, Clients } from './client.ts'
export { IdentityProviderError, type IdentityProviderOptions, identityProvider } from './identity-provider.ts'
export { oauthMigrations } from './tables.ts'
