import type { DefinitionSource } from '../source/definition-source.ts'

/** As `--auth` names them. */
export const authModes = ['none', 'service', 'user', 'oauth'] as const
export type AuthMode = (typeof authModes)[number]

/** What the definition of a plugin calls for its auth. */
const markers: Record<AuthMode, string> = {
  none: 'none',
  service: 'serviceToken',
  user: 'userToken',
  oauth: 'createSignIn',
}

/** The auth mode of a plugin, from its `src/plugin.ts`. Undefined if its auth is none of the four. */
export const authModeOf = (source: DefinitionSource): AuthMode | undefined =>
  authModes.find((mode) => source.calls(markers[mode]).length > 0)
