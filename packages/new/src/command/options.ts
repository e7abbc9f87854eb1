import { parseArgs } from 'node:util'
import { authModes } from '../auth/auth-mode.ts'
import { Refusal } from '../refusal.ts'

/** What the command line says, before anything is checked against the workspace. */
export interface Options {
  name: string | undefined
  from: string | undefined
  auth: string | undefined
  port: string | undefined
  title: string | undefined
  openapi: string | undefined
  include: readonly string[]
  baseUrl: string | undefined
  /** Takes the defaults for whatever is not given, also on a terminal. */
  yes: boolean
  dryRun: boolean
  help: boolean
}

export const usage = `Usage: pnpm new NAME [OPTION…]
  Makes a plugin in plugins/NAME: a copy of a plugin of this repository, or a plugin for an API that exists.
  On a terminal it asks for what is not given.

  --from PLUGIN      the plugin to start from: todo, stocks, news, notes, flights, food, or one of your own
  --auth MODE        ${authModes.join(', ')}; without --from, chooses the plugin that has it
  --openapi FILE|URL makes the plugin of the API that an OpenAPI document describes, instead of a copy
  --include WHAT     with --openapi: a tag, a path or an operation to take; may be repeated
  --base-url URL     with --openapi: where the API is
  --port NUMBER      where it listens in development; by default the first port after those of the plugins
  --title TEXT       what people see, at most 20 characters; by default made of the name
  --yes              asks nothing and takes the defaults
  --dry-run          shows the files and writes nothing
  --help             shows this`

const texts = ['from', 'auth', 'port', 'title', 'openapi', 'base-url'] as const
const flags = ['yes', 'dry-run', 'help'] as const

/** @throws Refusal */
export function readOptions(words: readonly string[]): Options {
  const { values, positionals, tokens } = parseWords(words)
  for (const name of [...texts, 'include'] as const) {
    const given = tokens.filter((token) => token.kind === 'option' && token.name === name)
    if (name !== 'include' && given.length > 1) throw new Refusal(`--${name} is given twice`)
    // `--from --auth none` has no value for --from.
    for (const { value } of given as { value?: string }[])
      if (value === undefined || value === '' || /^--?[a-z]/.test(value))
        throw new Refusal(`--${name} needs a value: see pnpm new --help`)
  }
  for (const name of flags)
    if (tokens.some((token) => token.kind === 'option' && token.name === name && token.value !== undefined))
      throw new Refusal(`--${name} takes no value`)
  const [name, second] = positionals
  if (second !== undefined)
    throw new Refusal(`One name is needed, and ${positionals.length} are given: ${positionals.join(', ')}`)
  const { from, auth, port, title, openapi, include = [], 'base-url': baseUrl } = values as Texts
  if (openapi !== undefined && from !== undefined) throw new Refusal('Give --from or --openapi, not both')
  if (openapi === undefined && include.length > 0) throw new Refusal('--include is only for --openapi')
  if (openapi === undefined && baseUrl !== undefined) throw new Refusal('--base-url is only for --openapi')
  if (auth !== undefined && !(authModes as readonly string[]).includes(auth))
    throw new Refusal(`--auth ${auth}: choose ${authModes.join(', ')}`)
  const { yes = false, 'dry-run': dryRun = false, help = false } = values as Flags
  return { name, from, auth, port, title, openapi, include, baseUrl, yes, dryRun, help }
}

type Texts = Partial<Record<(typeof texts)[number], string>> & { include?: string[] }
type Flags = Partial<Record<(typeof flags)[number], boolean>>

function parseWords(words: readonly string[]) {
  // Not strict, because the messages of the parser are longer than a line.
  const parsed = parseArgs({
    args: [...words],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])),
      ...Object.fromEntries(flags.map((name) => [name, { type: 'boolean' as const }])),
      include: { type: 'string', multiple: true },
    },
  })
  const known: readonly string[] = [...texts, ...flags, 'include']
  for (const token of parsed.tokens)
    if (token.kind === 'option' && !known.includes(token.name))
      throw new Refusal(`${token.rawName} is not an option: see pnpm new --help`)
  return parsed
}
