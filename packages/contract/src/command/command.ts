import { readFileSync, writeFileSync } from 'node:fs'
import { documentKind } from '@reference-plugins/reader'
import { fetchJson } from '../calls/exchange.ts'
import { type Documents, fetchDocuments, readManifest, readSpecText } from '../checks/documents/documents.ts'
import type { OAuthSettings } from '../oauth/settings.ts'
import { judgeConsumers, profiles } from '../profiles.ts'
import { isPrintedPart, reporters } from '../reporters/index.ts'
import { type Judged, Report } from '../rules/finding.ts'
import { type ContractOptions, checkPlugin, judgeDocuments } from '../run.ts'
import { readSpec } from '../spec/spec.ts'
import { explain } from './explain.ts'
import { type Parsed, readOptions, type Settings, usage } from './options.ts'
import { Progress } from './progress.ts'
import { verdictOf } from './verdict.ts'

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

/**
 * Runs the command and answers its exit code.
 * @param openTargets gives the servers to check where the command line names none
 */
export async function main(
  words: string[],
  openTargets?: () => Promise<readonly Target[]>,
  output: Output = console,
): Promise<number> {
  let parsed: Parsed
  try {
    parsed = readOptions(words)
  } catch (error) {
    output.error(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  const { settings, positionals, targets } = parsed
  if (settings.help) {
    output.log(usage)
    return 0
  }
  try {
    if (settings.explain) {
      output.log(explain(positionals))
      return 0
    }
    if (settings.for !== undefined) return await judgeFor(settings.for, parsed, output)
    const run = new Run(settings.reporter, output)
    if (settings.files) run.finish(judgeFiles(positionals), settings)
    else if (positionals.length > 1) throw new Error(`Give one address, not ${positionals.length}`)
    else if (targets.length > 0)
      for (const { settings, ...target } of targets) run.finish(await judge(target, settings, output), settings)
    else if (!openTargets) throw new Error(`Give the address of a plugin\n\n${usage}`)
    else
      for (const target of await openTargets()) {
        run.finish(await judge(target, settings, output), settings)
        await target.end()
      }
    return run.end()
  } catch (error) {
    output.error((error as Error).message)
    return 2
  }
}

/** What the command has judged so far, and how it reports it. */
class Run {
  readonly #output: Output
  readonly #judged: Judged[] = []
  readonly #writers: { format: string; file: string | undefined }[]
  #code = 0

  constructor(wanted: readonly string[], output: Output) {
    this.#output = output
    this.#writers = wanted.map((one) => {
      const [format = '', file] = one.split(/:(.*)/s)
      if (!Object.hasOwn(reporters, format))
        throw new Error(`${format} is not a reporter: use ${Object.keys(reporters).join(', ')}`)
      return { format, file }
    })
  }

  finish(judged: Judged, settings: Settings): void {
    this.#judged.push(judged)
    for (const { format, file } of this.#writers)
      if (file === undefined && isPrintedPart(format)) this.#output.log(reporters[format]?.([judged]))
    const { code, reasons } = verdictOf(judged.report, settings)
    for (const reason of reasons) this.#output.error(reason)
    this.#code = Math.max(this.#code, code)
  }

  end(): number {
    for (const { format, file } of this.#writers) {
      if (file === undefined && isPrintedPart(format)) continue
      const text = reporters[format]?.(this.#judged) ?? ''
      if (file === undefined) this.#output.log(text)
      else writeFileSync(file, text)
    }
    return this.#code
  }
}

async function judge(target: Omit<Target, 'end'>, settings: Settings, output: Output): Promise<Judged> {
  const { name } = target
  const progress = new Progress(name, (line) => output.error(line))
  try {
    const report = await checkPlugin({
      baseUrl: toAddress(target.url),
      spec: settings.spec,
      manifest: toManifestMode(settings.manifest),
      token: target.token ?? settings.token,
      secondToken: target.secondToken ?? settings['second-token'],
      readOnlyToken: settings['read-only-token'],
      expiredToken: settings['expired-token'],
      oauth: target.oauth ?? settings.oauth,
      headers: Object.fromEntries(settings.header.map((line) => line.split(/:\s*(.*)/s).slice(0, 2))),
      values: Object.fromEntries(settings.value.map((line) => line.split(/=(.*)/s).slice(0, 2))),
      seed: Number(settings.seed),
      maxTime: toSeconds('max-time', settings['max-time']),
      callTime: toSeconds('call-time', settings['call-time']),
      safe: settings.safe,
      ...(settings.include && { include: settings.include }),
      ...(settings.exclude && { exclude: settings.exclude }),
      onProgress: (what, report) => progress.show(what, report),
    })
    return { name, report, specFile: settings['spec-file'] }
  } finally {
    progress.end()
  }
}

function judgeFiles(files: string[]): Judged {
  const report = new Report()
  const { specFile, ...documents } = readFiles(files, report)
  judgeDocuments(documents, report)
  return { name: files.join(' '), report, specFile }
}

function readFiles(files: string[], report: Report): Documents & { specFile?: string | undefined } {
  if (files.length === 0) throw new Error(usage)
  let manifest: ReturnType<typeof readManifest>
  let spec: ReturnType<typeof readSpecText>
  let specFile: string | undefined
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const isManifest = /ai-plugin|manifest/i.test(file) || documentKind(text) === 'manifest'
    if (isManifest) manifest = readManifest(text, report)
    else [spec, specFile] = [readSpecText(text, report), file]
  }
  return { baseUrl: '', manifest, spec, specFile }
}

/** Writes a line for each consumer. Answers 1 where one of them refuses the plugin. */
async function judgeFor(wanted: string, { positionals, settings: { files } }: Parsed, output: Output): Promise<number> {
  const names = wanted === 'all' ? Object.keys(profiles) : wanted.split(',')
  const unknown = names.find((name) => !profiles[name])
  if (unknown !== undefined) throw new Error(`${unknown} is not a consumer: use ${Object.keys(profiles).join(', ')}`)
  const report = new Report()
  const address = files ? '' : toAddress(positionals[0] ?? '')
  const documents = files ? readFiles(positionals, report) : await fetchDocuments(address, report, { manifest: 'auto' })
  const { manifest, spec: document, baseUrl } = documents
  if (!document) throw new Error('The spec could not be read')
  const other = files ? undefined : await fetchJson(`${baseUrl}/openapi-3.0.json`)
  const versions = [document, other?.status === 200 && other.json].flatMap((one) => (one ? [String(one.openapi)] : []))
  const verdicts = judgeConsumers({ manifest, spec: readSpec(document, report), versions }, names)
  for (const { title, verdict, reasons } of verdicts)
    output.log(`${verdict.padEnd(8)} ${title}${reasons.map((reason) => `\n         ${reason}`).join('')}`)
  return verdicts.some(({ verdict }) => verdict === 'refused') ? 1 : 0
}

function toSeconds(option: string, value: string): number {
  const seconds = Number(value)
  if (!(seconds > 0 && seconds <= 86_400)) throw new Error(`--${option} must be a number of seconds, not ${value}`)
  return seconds
}

function toAddress(address: string): string {
  const url = /^https?:\/\//.test(address) ? address : `http://${address}`
  if (!URL.canParse(url)) throw new Error(`${address} is not an address: give one such as http://localhost:3333`)
  return new URL(url).href
}

function toManifestMode(given: string | undefined): ContractOptions['manifest'] {
  if (given === undefined || given === 'auto' || given === 'required' || given === 'none') return given
  throw new Error(`${given} is not a mode: use --manifest auto, required or none`)
}
