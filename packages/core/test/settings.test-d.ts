import { z } from 'zod'
import { type Plugin, readEnvironment, type Settings, serve } from '../src/index.ts'

// This file is not run: `pnpm check` fails if an expected error does not occur.
const Own = z.object({ OWN_MODE: z.enum(['a', 'b']).default('a'), OWN_TOKENS: z.array(z.string()).optional() })
declare function create(settings: Settings<typeof Own>): Promise<Plugin>
declare function createPlain(settings: Settings): Promise<Plugin>
const given = { PUBLIC_URL: 'https://a.example.com', DATABASE_URL: 'file:a.sqlite' }
const options = { port: 3333, folder: new URL('..', import.meta.url) }

// `plugin spec` sets these two; tests add what they need.
create(given)
create({ ...given, NODE_ENV: 'test', OWN_MODE: 'b', OWN_TOKENS: ['x'] })
createPlain(given)
// @ts-expect-error DATABASE_URL is missing
create({ PUBLIC_URL: given.PUBLIC_URL })
// @ts-expect-error c is not a mode
create({ ...given, OWN_MODE: 'c' })
// @ts-expect-error the plugin has no such variable
create({ ...given, OTHER: 'x' })

export const starts = [
  serve(create, { ...options, settings: Own }),
  serve(createPlain, options),
  // @ts-expect-error the create function takes another mode than the schema reads
  serve(create, { ...options, settings: z.object({ OWN_MODE: z.enum(['c']) }) }),
]

const environment = readEnvironment({}, options, Own)
export const mode: 'a' | 'b' = environment.OWN_MODE
export const host: string = readEnvironment({}, options).HOST
// @ts-expect-error the schema has no such variable
environment.OTHER
