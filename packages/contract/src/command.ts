import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { documentKind } from '@reference-plugins/reader'
import { applyBaseline } from './baseline.ts'
import { type Documents, type FoundDocuments, fetchDocuments, readManifest, readSpecText } from './checks/documents.ts'
import { type ConfigFile, readConfigFile, readObject } from './config-file.ts'
import { fetchJson } from './exchange.ts'
import { Report } from './finding.ts'
import { type OAuthSettings, readOAuthSettings } from './oauth/settings.ts'
import { judgeConsumers, profiles } from './profiles.ts'
import { reporters } from './reporters/index.ts'
import { type ContractOptions, checkPlugin, judgeDocuments } from './run.ts'
import { readSpec } from './spec.ts'

/** A server that the command checks. */
export interface Target {
  name: string
  url: string
  token?: string | undefined
  /** A token of another user, where the server has users. */
  secondToken?: string | undefined
  /** A client, where users sign in by OAuth. */
  oauth?: OAuthSettings | undefined
  end: () => Promise<unknown>
}

/** Where the command writes: reports to `log`, failures to `error`. */
export type Output = Pick<Console, 'log' | 'error'>

const usage = `Usage:
  contract URL                       check one plugin by its address, or an API by the URL of its spec
  contract                           start, check and stop every plugin of this workspace
  contract --files FILE...           check documents only: ai-plugin.json, openapi.yaml

  --token TOKEN                      a valid token
  --second-token TOKEN               a valid token of another user
  --read-only-token, --expired-token
  --oauth FILE                       a client and its users, for the complete sign-in (docs/contract-testing.md)
  --header 'Name: value'             sent with every call
  --value 'input=value'              used for every input of that name
  --include NAME, --exclude NAME     operations, by a part of their name
  --safe                             only operations that read
  --seed N, --max-time SECONDS
  --baseline FILE                    accepted findings, one per line: CODE SUBJECT  # reason
  --strict                           fail on warnings too
  --reporter text|json|junit|sarif|github
  --config FILE                      any of these as JSON: {"token": "$TOKEN", "exclude": ["import"], "oauth": {…}}
  --for CONSUMER,CONSUMER|all        report how these assistants handle the plugin, instead of checking it

Each option can also be an environment variable: CONTRACT_TOKEN for --token, CONTRACT_MAX_TIME for --max-time.
Put several values on separate lines. The command line overrides the environment, which overrides the file.

Exit codes: 0 no findings, 1 findings, 2 could not run`

const options = {
  files: { type: 'boolean' },
  token: { type: 'string' },
  'second-token': { type: 'string' },
  'read-only-token': { type: 'string' },
  'expired-token': { type: 'string' },
  oauth: { type: 'string' },
  config: { type: 'string' },
  header: { type: 'string', multiple: true },
  value: { type: 'string', multiple: true },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  safe: { type: 'boolean' },
  seed: { type: 'string' },
  'max-time': { type: 'string' },
  baseline: { type: 'string' },
  strict: { type: 'boolean' },
  reporter: { type: 'string' },
  for: { type: 'string' },
  help: { type: 'boolean' },
} as const

type Given = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values']
type Settings = Omit<Given, 'oauth'> & typeof defaults & { oauth?: OAuthSettings | undefined }

const defaults = {
  files: false,
  safe: false,
  strict: false,
  seed: '1',
  'max-time': '300',
  reporter: 'text',
  header: [] as string[],
  value: [] as string[],
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

/** The command line overrides the environment, which overrides the file. */
function readSettings(words: Given, positionals: string[]): { values: Settings; positionals: string[] } {
  const { oauth, ...given } = { ...fromEnvironment(), ...words }
  const file = given.config === undefined ? { options: {} } : readConfigFile(given.config, options)
  const client = oauth === undefined ? (file as ConfigFile).oauth : readOAuthSettings(readObject(oauth))
  const url = (file as ConfigFile).url
  return {
    values: { ...defaults, ...file.options, ...given, ...(client && { oauth: client }) },
    positionals: positionals.length === 0 && url !== undefined ? [url] : positionals,
  }
}

/**
 * Runs the command and answers its exit code.
 * @param openTargets gives the servers to check where the command line names none
 */
export async function main(
  words: string[],
  openTargets?: () => Promise<readonly Target[]>,
  output: Output = console,
): Promise<number> {
  let parsed: { values: Settings; positionals: string[] }
  try {
    const given = parseArgs({ args: words, options, allowPositionals: true })
    if (given.values.help) {
      output.log(usage)
      return 0
    }
    parsed = readSettings(given.values, given.positionals)
  } catch (error) {
    output.error(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  const { values, positionals } = parsed
  if (!Object.hasOwn(reporters, values.reporter)) {
    output.error(`${values.reporter} is not a reporter: use text, json, junit, sarif or github`)
    return 2
  }
  try {
    if (values.for !== undefined) return await judgeFor(values.for, positionals, values, output)
    if (values.files) return finish(judgeFiles(positionals), positionals.join(' '), values, output)
    if (positionals.length > 1) throw new Error(`Give one address, not ${positionals.length}`)
    const [url] = positionals
    if (url !== undefined) return await judge({ name: url, url }, values, output)
    if (!openTargets) throw new Error(`Give the address of a plugin\n\n${usage}`)
    let worst = 0
    for (const target of await openTargets()) {
      worst = Math.max(worst, await judge(target, values, output))
      await target.end()
    }
    return worst
  } catch (error) {
    output.error((error as Error).message)
    return 2
  }
}

async function judge(target: Omit<Target, 'end'>, values: Settings, output: Output): Promise<number> {
  const { name } = target
  const contract: ContractOptions = {
    baseUrl: toOrigin(target.url),
    found: foundAt(target.url),
    token: target.token ?? values.token,
    secondToken: target.secondToken ?? values['second-token'],
    readOnlyToken: values['read-only-token'],
    expiredToken: values['expired-token'],
    oauth: target.oauth ?? values.oauth,
    headers: Object.fromEntries(values.header.map((line) => line.split(/:\s*(.*)/s).slice(0, 2))),
    values: Object.fromEntries(values.value.map((line) => line.split(/=(.*)/s).slice(0, 2))),
    seed: Number(values.seed),
    maxTime: Number(values['max-time']),
    safe: values.safe,
    ...(values.include && { include: values.include }),
    ...(values.exclude && { exclude: values.exclude }),
    ...(process.stderr.isTTY && { onProgress: (what: string) => process.stderr.write(`\r\u001b[K${name}: ${what}`) }),
  }
  const report = await checkPlugin(contract)
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return finish(report, name, values, output)
}

function judgeFiles(files: string[]): Report {
  const report = new Report()
  judgeDocuments(readFiles(files, report), report)
  return report
}

function readFiles(files: string[], report: Report): Documents {
  if (files.length === 0) throw new Error(usage)
  let manifest: ReturnType<typeof readManifest>
  let spec: ReturnType<typeof readSpecText>
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const isManifest = /ai-plugin|manifest/i.test(file) || documentKind(text) === 'manifest'
    if (isManifest) manifest = readManifest(text, report)
    else spec = readSpecText(text, report)
  }
  return { manifest, spec }
}

/** Writes a line for each consumer. Answers 1 where one of them refuses the plugin. */
async function judgeFor(wanted: string, positionals: string[], { files }: Settings, output: Output): Promise<number> {
  const names = wanted === 'all' ? Object.keys(profiles) : wanted.split(',')
  const unknown = names.find((name) => !profiles[name])
  if (unknown !== undefined) throw new Error(`${unknown} is not a consumer: use ${Object.keys(profiles).join(', ')}`)
  const report = new Report()
  const baseUrl = files ? '' : toOrigin(positionals[0] ?? '')
  const { manifest, spec: document } = files
    ? readFiles(positionals, report)
    : await fetchDocuments(baseUrl, report, foundAt(positionals[0] ?? ''))
  if (!document) throw new Error('The spec could not be read')
  const other = files ? undefined : await fetchJson(`${baseUrl}/openapi-3.0.json`)
  const versions = [document, other?.status === 200 && other.json].flatMap((one) => (one ? [String(one.openapi)] : []))
  const verdicts = judgeConsumers({ manifest, spec: readSpec(document, report), versions }, names)
  for (const { title, verdict, reasons } of verdicts)
    output.log(`${verdict.padEnd(8)} ${title}${reasons.map((reason) => `\n         ${reason}`).join('')}`)
  return verdicts.some(({ verdict }) => verdict === 'refused') ? 1 : 0
}

function finish(report: Report, name: string, { reporter, baseline, strict }: Settings, output: Output): number {
  const { left, stale } = applyBaseline(baseline, report.findings)
  output.log(reporters[reporter]?.(report, name))
  for (const line of stale) output.error(`The baseline accepts "${line}", which was not found: remove that line`)
  const failed = left.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'))
  if (failed || stale.length > 0) return 1
  // No findings prove nothing where no operation answered.
  const isEmpty = report.answered.size === 0 && report.calls > 0
  if (isEmpty) output.error('No operation answered with 2xx, so the check proves nothing')
  return isEmpty ? 2 : 0
}

const toOrigin = (address: string): string => toUrl(address).origin

/** The spec, if the address is its URL: then there is no manifest to look for. */
function foundAt(address: string): FoundDocuments | undefined {
  const { pathname, href } = toUrl(address)
  return /(\.(json|ya?ml)|\/api-docs)$/i.test(pathname) && !/ai-plugin/.test(pathname) ? { specUrl: href } : undefined
}

function toUrl(address: string): URL {
  const url = /^https?:\/\//.test(address) ? address : `http://${address}`
  if (!URL.canParse(url)) throw new Error(`${address} is not an address: give one such as http://localhost:3333`)
  return new URL(url)
}
