import type { AuthType, OperationSummary, PluginSummary } from '../../../src/wire.ts'

export const authWords: Record<AuthType, string> = {
  none: 'no sign-in',
  service_http: 'one token for all',
  user_http: 'a token of each user',
  oauth: 'sign-in by OAuth',
}

export const stateWords: Record<PluginSummary['activation'], string> = {
  none: 'not activated',
  active: 'active',
  expired: 'sign in again',
}

export const asksWords: Record<OperationSummary['asks'], string> = {
  never: 'called without asking',
  once: 'asks, and may be allowed for good',
  always: 'asks every time',
}
