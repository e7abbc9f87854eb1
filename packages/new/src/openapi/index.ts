import type { AuthMode } from '../auth/auth-mode.ts'
import type { Name } from '../name.ts'
import type { Plan } from '../plan.ts'
import { Refusal } from '../refusal.ts'
import type { Workspace } from '../workspace/workspace.ts'

export interface OpenApiRequest {
  workspace: Workspace
  name: Name
  /** From `--title`; by default that of the document. */
  title: string | undefined
  port: number
  auth: AuthMode
  /** A file or a URL. */
  source: string
  /** Tags, paths or names of operations; by default all. */
  include: readonly string[]
  baseUrl: string | undefined
}

/**
 * Plans a plugin for the API that the document describes.
 * @throws Refusal
 */
export async function planOpenApi({ source }: OpenApiRequest): Promise<Plan> {
  throw new Refusal(`--openapi ${source}: not available`)
}

/**
 * The differences between the plugin that is there and what the document gives now.
 * @throws Refusal
 */
export async function compareOpenApi({ source }: OpenApiRequest): Promise<string[]> {
  throw new Refusal(`--openapi ${source}: not available`)
}
