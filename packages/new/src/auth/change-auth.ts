import type { Name } from '../name.ts'
import type { Plan } from '../plan.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type AuthMode, authModes } from './auth-mode.ts'

export interface AuthRequest {
  workspace: Workspace
  name: Name
  title: string
  auth: AuthMode
}

/** The auth modes that the operations of a plugin can be served with, and why no others. */
export function authModesFor(files: ReadonlyMap<string, string>): { modes: readonly AuthMode[]; reason: string } {
  const code = ['src/plugin.ts', 'src/operations.ts'].map((path) => files.get(path) ?? '').join('\n')
  if (/^\s*scope: /m.test(code)) return { modes: ['oauth'], reason: 'asks for scopes, which only oauth has' }
  if (/\buserOperation\(/.test(code)) return { modes: ['user', 'oauth'], reason: 'keeps data for each user' }
  return { modes: authModes, reason: '' }
}

/**
 * Changes the auth mode of a plan: its definition, settings, packages and tests.
 * @throws Refusal if its operations need what the mode does not have
 */
export function changeAuth(_plan: Plan, _request: AuthRequest): void {}
