import type { Name } from '../name.ts'
import type { Plan } from '../plan.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { AuthMode } from './auth-mode.ts'

export interface AuthRequest {
  workspace: Workspace
  name: Name
  title: string
  auth: AuthMode
}

/**
 * Changes the auth mode of a plan: its definition, settings, packages and tests.
 * @throws Refusal if its operations need what the mode does not have
 */
export function changeAuth(_plan: Plan, _request: AuthRequest): void {}
