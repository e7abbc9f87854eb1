import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { documentKind } from '@reference-plugins/reader'
import { applyBaseline } from './baseline.ts'
import { type Documents, fetchDocuments, readManifest, readSpecText } from './checks/documents.ts'
import { type ConfigFile, readConfigFile, readObject } from './config-file.ts'
import { Report } from './finding.ts'
import { type OAuthSettings, readOAuthSettings } from './oauth/settings.ts'
import { judgeConsumers, profiles } from './profiles.ts'
import { reporters } from './reporters/reporter.ts'
import { type ContractOptions, checkPlugin, judgeDocuments } from './run.ts'
import { readSpec } from './spec.ts'
import { workspacePlugins } from './workspace.ts'

const usage = `Usage:
  contract URL                       one plugin, by the address at which it answers
  contract                           every plugin of this workspace, started and stopped
  contract --files FILE...           documents alone: ai-plugin.json, openapi.yaml

  --token TOKEN                      a valid token
  --second-token TOKEN               of another user
  --read-only-token, --expired-token
  --oauth FILE                       a client and its users, for the whole sign-in (docs/contract-testing.md)
  --header 'Name: value'             sent with every call
  --value 'input=value'              used wherever an operation asks for that input
  --include NAME, --exclude NAME     operations, by a part of their name
  --safe                             only reading operations
  --seed N, --max-time SECONDS
  --baseline FILE                    accepted findings, one a line: CODE SUBJECT  # why
  --strict                           warnings fail as well
  --reporter text|json|junit|sarif|github
  --config FILE                      any of these as JSON: {"token": "$TOKEN", "exclude": ["import"], "oauth": {…}}
  --for CONSUMER,CONSUMER|all        what these assistants would make of it, in place of the check

Each also from the environment: CONTRACT_TOKEN for --token, CONTRACT_MAX_TIME for --max-time;
several values stand on lines of their own. The command line comes first, then the environment, then the file.

Exit codes: 0 clean, 1 findings, 2 could not run`

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

/** `CONTRACT_MAX_TIME` for `--max-time`. What takes several values has them on lines. */
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

/** The command line comes before the environment, and that before the file. */
function settle(words: Given, positionals: string[]): { values: Settings; positionals: string[] } {
  const { oauth, ...given } = { ...fromEnvironment(), ...words }
  const file = given.config === undefined ? { options: {} } : readConfigFile(given.config, options)
  const client = oauth === undefined ? (file as ConfigFile).oauth : readOAuthSettings(readObject(oauth))
  const url = (file as ConfigFile).url
  return {
    values: { ...defaults, ...file.options, ...given, ...(client && { oauth: client }) },
    positionals: positionals.length === 0 && url !== undefined ? [url] : positionals,
  }
}

/** The command. Answers its exit code. */
export async function main(words: string[]): Promise<number> {
  let parsed: { values: Settings; positionals: string[] }
  try {
    const given = parseArgs({ args: words, options, allowPositionals: true })
    if (given.values.help) {
      console.log(usage)
      return 0
    }
    parsed = settle(given.values, given.positionals)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  const { values, positionals } = parsed
  if (!Object.hasOwn(reporters, values.reporter)) {
    console.error(`There is no reporter ${values.reporter}: text, json, junit, sarif or github`)
    return 2
  }
  try {
    if (values.for !== undefined) return await judgeFor(values.for, positionals, values)
    if (values.files) return finish(judgeFiles(positionals), positionals.join(' '), values)
    if (positionals.length > 1) throw new Error(`Give one address, and not ${positionals.length}`)
    if (positionals[0] !== undefined) return await judge(positionals[0], values)
    let worst = 0
    for (const plugin of await workspacePlugins()) {
      worst = Math.max(worst, await judge(plugin.url, values, plugin, plugin.name))
      await plugin.end()
    }
    return worst
  } catch (error) {
    console.error((error as Error).message)
    return 2
  }
}

async function judge(
  address: string,
  values: Settings,
  own: { token?: string | undefined; secondToken?: string | undefined; oauth?: OAuthSettings | undefined } = {},
  name = address,
): Promise<number> {
  const baseUrl = toOrigin(address)
  const contract: ContractOptions = {
    baseUrl,
    token: own.token ?? values.token,
    secondToken: own.secondToken ?? values['second-token'],
    readOnlyToken: values['read-only-token'],
    expiredToken: values['expired-token'],
    oauth: own.oauth ?? values.oauth,
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
  return finish(report, name, values)
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

/** A line for each consumer; those that refuse the plugin make it a 1. */
async function judgeFor(wanted: string, positionals: string[], { files }: Settings): Promise<number> {
  const names = wanted === 'all' ? Object.keys(profiles) : wanted.split(',')
  const unknown = names.find((name) => !profiles[name])
  if (unknown !== undefined) throw new Error(`There is no consumer ${unknown}: ${Object.keys(profiles).join(', ')}`)
  const report = new Report()
  const baseUrl = files ? '' : toOrigin(positionals[0] ?? '')
  const { manifest, spec: document } = files ? readFiles(positionals, report) : await fetchDocuments(baseUrl, report)
  if (!document) throw new Error('There is no spec that could be read')
  const other = files ? undefined : await fetchDocument(`${baseUrl}/openapi-3.0.json`)
  const versions = [document, other].flatMap((one) => (one ? [String(one.openapi)] : []))
  const verdicts = judgeConsumers({ manifest, spec: readSpec(document, report), versions }, names)
  for (const { title, verdict, reasons } of verdicts)
    console.log(`${verdict.padEnd(8)} ${title}${reasons.map((reason) => `\n         ${reason}`).join('')}`)
  return verdicts.some(({ verdict }) => verdict === 'refused') ? 1 : 0
}

const fetchDocument = (url: string): Promise<Record<string, unknown> | undefined> =>
  fetch(url, { signal: AbortSignal.timeout(15_000) })
    .then((answer) => (answer.ok ? (answer.json() as Promise<Record<string, unknown>>) : undefined))
    .catch(() => undefined)

function finish(report: Report, name: string, { reporter, baseline, strict }: Settings): number {
  const { left, stale } = applyBaseline(baseline, report.findings)
  console.log(reporters[reporter]?.(report, name))
  for (const line of stale) console.error(`The baseline accepts "${line}", which is not found any more: take it out`)
  const failed = left.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'))
  if (failed || stale.length > 0) return 1
  // Nothing that was found is no proof where nothing answered.
  const isEmpty = report.answered.size === 0 && report.calls > 0
  if (isEmpty) console.error('No operation answered with 2xx, so nothing is proved')
  return isEmpty ? 2 : 0
}

function toOrigin(address: string): string {
  const url = /^https?:\/\//.test(address) ? address : `http://${address}`
  if (!URL.canParse(url)) throw new Error(`${address} is no address: give one such as http://localhost:3333`)
  return new URL(url).origin
}
