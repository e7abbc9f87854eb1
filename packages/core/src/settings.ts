import type { z } from 'zod'
import type { Environment } from './environment.ts'

/**
 * What the create function of a plugin takes: `Settings<typeof Schema>`, where the schema has the plugin's own variables.
 * `serve` sets everything. `plugin spec` sets PUBLIC_URL and DATABASE_URL only, and tests set what they need, so
 * everything else may be missing.
 */
export type Settings<Own extends z.ZodType = z.ZodUnknown> = Pick<Environment, 'PUBLIC_URL' | 'DATABASE_URL'> &
  Partial<Pick<Environment, 'NODE_ENV'>> &
  Partial<z.output<Own>>
