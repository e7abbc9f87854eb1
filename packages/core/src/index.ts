export type { Actions } from './acting/actions.ts'
export { canonicalJson, hashOf } from './acting/canonical-json.ts'
export type { Confirmation } from './acting/confirmation.ts'
export { actionMigrations } from './acting/tables.ts'
export { addressKey } from './address-key.ts'
export { type AppOptions, createApp } from './app.ts'
export type { Auth, Caller } from './auth/auth.ts'
export { none } from './auth/none.ts'
export { type OAuthOptions, oauth, type ProtectedResource } from './auth/oauth.ts'
export { type ServiceTokenOptions, serviceToken } from './auth/service-token.ts'
export { type UserTokenOptions, userToken } from './auth/user-token.ts'
export { readBody } from './body.ts'
export type { Call } from './call.ts'
export { CallCounts, type CallCountsOptions, ifShared } from './call-counts.ts'
export { DefinitionError, definePlugin, type PluginDefinition } from './definition.ts'
export { developmentFolder, developmentSecret } from './development-secret.ts'
export {
  type Environment,
  EnvironmentError,
  isElsewhere,
  listOf,
  readEnvironment,
  type Settings,
  VerificationTokens,
} from './environment.ts'
export { Html, html } from './home/html.ts'
export { createLog } from './log.ts'
export { toManifest } from './manifest.ts'
export type { Lifecycle } from './middleware/health.ts'
export { hostCheck } from './middleware/host-check.ts'
export { publicPath } from './middleware/public-path.ts'
export { type Spec, toSpec } from './openapi.ts'
export { type Context, operation, type UserContext, userOperation } from './operation.ts'
export { type Page, type PageRequest, pageInput, pageOutput, readPage } from './page.ts'
export {
  closePlugin,
  type Mount,
  type MountState,
  type Plugin,
  type PluginOperation,
  type Resource,
  type SharedCount,
  type SharedCounts,
} from './plugin.ts'
export { Problem, problemType, toProblem, toProblemDocument } from './problem.ts'
export { type Program, type Run, runProgram } from './program.ts'
export { basePath, publicUrlFault } from './public-url.ts'
export { longestAnswer, run, sweepActions } from './run.ts'
export { readSecretFile, writeSecretFile } from './secret-file.ts'
export { type ServeOptions, serve } from './serve.ts'
export { type ListenOptions, listen, type RunningServer } from './server.ts'
export { openLog } from './telemetry.ts'
export { text } from './text.ts'
export { BaseUrl } from './upstream/address.ts'
export type { Credential } from './upstream/credential.ts'
export { given, jsonText } from './upstream/input.ts'
export { cutOutput, doneOutput, int64, upstreamErrors } from './upstream/output.ts'
export { createUpstream, type Upstream, type UpstreamCall, type UpstreamOptions } from './upstream/upstream.ts'
