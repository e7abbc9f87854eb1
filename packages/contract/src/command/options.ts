import { parseArgs } from 'node:util'
import { defaultCallTime } from '../calls/client.ts'
import { type OAuthSettings, readOAuthSettings } from '../oauth/settings.ts'
import { defaultMaxTime } from '../run.ts'
import { type ConfigFile, readConfigFile, readObject } from './config-file.ts'

export const usage = `Usage:
  contract URL                       check one plugin or REST API by its address
  contract                           start, check and stop every plugin of this workspace
  contract --config FILE             check what the file names
  contract --files FILE...           check documents only: ai-plugin.json, openapi.yaml
  contract --explain [CODE...]       explain rules, or list all

  --spec URL|PATH|FILE               where the spec is, if no manifest says it and the tester does not find it
  --manifest auto|required|none      whether an API without ai-plugin.json is an error; auto: a warning
  --token TOKEN                      a valid token or API key, or USER:PASSWORD; it goes where the spec says
  --token SCHEME=TOKEN               the one for this security scheme of the spec, where it has several
  --second-token TOKEN               a valid token of another user
  --read-only-token, --expired-token
  --oauth FILE                       a client and its users, for the complete sign-in (docs/contract-testing.md)
  --header 'Name: value'             sent with every call
  --value 'input=value'              used for every input of that name
  --include NAME, --exclude NAME     operations, by a part of their name
  --safe                             only operations that read
  --seed N
  --max-time SECONDS                 of the whole run (${defaultMaxTime}), which lists what it did not reach
  --call-time SECONDS                of one call (${defaultCallTime / 1000})
  --baseline FILE                    accepted findings, one per line: CODE SUBJECT  # reason
  --strict                           fail on warnings too
  --reporter FORMAT                  text, json, junit, sarif, github or markdown; FORMAT:FILE writes a file
  --spec-file FILE                   the file of the spec in your repository, for annotations
  --config FILE                      any of these as JSON, also for several servers: {"targets": [{"url": "…", "token": "$TOKEN"}]}
  --for CONSUMER,CONSUMER|all        report how these assistants handle the plugin, instead of checking it

Each option can also be an environment variable: CONTRACT_TOKEN for --token, CONTRACT_MAX_TIME for --max-time.
Put several values on separate lines. The command line overrides the environment, which overrides the file.

Exit codes: 0 no findings, 1 findings, 2 could not run, or next to nothing was tested`

const options = {
  files: { type: 'boolean' },
  explain: { type: 'boolean' },
  spec: { type: 'string' },
  manifest: { type: 'string' },
  token: { type: 'string', multiple: true },
  'second-token': { type: 'string', multiple: true },
  'read-only-token': { type: 'string', multiple: true },
  'expired-token': { type: 'string', multiple: true },
  oauth: { type: 'string' },
  config: { type: 'string' },
  header: { type: 'string', multiple: true },
  value: { type: 'string', multiple: true },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  safe: { type: 'boolean' },
  seed: { type: 'string' },
  'max-time': { type: 'string' },
  'call-time': { type: 'string' },
  baseline: { type: 'string' },
  strict: { type: 'boolean' },
  reporter: { type: 'string', multiple: true },
  'spec-file': { type: 'string' },
  for: { type: 'string' },
  help: { type: 'boolean' },
} as const

type Given = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values']
export type Settings = Omit<Given, 'oauth'> & typeof defaults & { oauth?: OAuthSettings | undefined }

const defaults = {
  files: false,
  safe: false,
  strict: false,
  seed: '1',
  'max-time': String(defaultMaxTime),
  'call-time': String(defaultCallTime / 1000),
  reporter: ['text'],
  header: [] as string[],
  value: [] as string[],
}

/** A server that the command line or the file names. */
export interface NamedTarget {
  name: string
  url: string
  settings: Settings
}

export interface Parsed {
  settings: Settings
  positionals: string[]
  targets: NamedTarget[]
}

/**
 * Reads the command line, which overrides the environment, which overrides the file.
 * @throws Error that says what is wrong
 */
export function readOptions(words: string[]): Parsed {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
  const { oauth, ...given } = { ...fromEnvironment(), ...values }
  const client = oauth === undefined ? undefined : readOAuthSettings(readObject(oauth))
  const file: ConfigFile = given.config === undefined ? { options: {} } : readConfigFile(given.config, options)
  const settingsOf = (...files: ConfigFile[]): Settings =>
    Object.assign(
      {},
      defaults,
      ...files.flatMap(({ options, oauth }) => [options, oauth && { oauth }]),
      given,
      client && { oauth: client },
    )
  const named = file.targets ?? (file.url === undefined ? [] : [{ ...file, options: {} }])
  const targets = named.map((target) => ({
    name: target.name ?? target.url ?? '',
    url: target.url ?? file.url ?? '',
    settings: settingsOf(file, target),
  }))
  const settings = settingsOf(file)
  const [url] = positionals
  return {
    settings,
    positionals,
    targets: url === undefined || settings.files ? targets : [{ name: url, url, settings }],
  }
}

/** Reads `CONTRACT_MAX_TIME` for `--max-time`. Several values are on separate lines. */
function fromEnvironment(): Given {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, option]): [string, boolean | string | string[]][] => {
      const value = process.env[`CONTRACT_${name.replaceAll('-', '_').toUpperCase()}`]
      if (!value || name === 'help') return []
      if (option.type === 'boolean') return [[name, !['0', 'false', 'no'].includes(value)]]
      return [[name, 'multiple' in option ? value.split('\n').filter(Boolean) : value]]
    }),
  )
}
