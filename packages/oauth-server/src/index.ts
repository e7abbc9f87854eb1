export { type Account, Accounts, longestSignIn } from './accounts.ts'
export {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from './authorization-server.ts'
export { Client } from './client.ts'
export { IdentityProviderError, type IdentityProviderOptions, identityProvider } from './identity-provider.ts'
export { createSignIn, type SignIn, SignInEnvironment, type SignInOptions } from './sign-in.ts'
export { oauthMigrations } from './tables.ts'
