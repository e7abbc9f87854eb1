import { lineFinder } from '../spec/document-line.ts'
import { expected as expectedBy } from './expected.ts'
import { type Code, rules, type Severity } from './rules.ts'

export interface Finding {
  code: Code
  severity: Severity
  /** The operation or document, such as `getTodos` or `manifest`. */
  subject: string
  /** What is wrong. */
  detail: string
  /** What the answer, or the document, should have. Undefined where only the advice says it. */
  expected?: string | undefined
  /** The answer that shows it. */
  seen?: string | undefined
  /** The place in the document, as a JSON pointer. */
  pointer?: string | undefined
  /** The line of that place, from 1. */
  line?: number | undefined
  /** A command that shows it again. Secrets are variables. */
  curl?: string | undefined
  /** How many cases show it. */
  count: number
}

export interface FindingDetails {
  pointer?: string | undefined
  curl?: string | undefined
  /** Where it is more than what the rule expects in all cases. */
  expected?: string | undefined
  /** Where it is not that of the rule: the case does less harm. */
  severity?: Severity | undefined
}

export interface Untested {
  subject: string
  what: string
  reason: string
}

/** What was checked: the name of the server, or the files. */
export interface Judged {
  name: string
  report: Report
  /** The file that has the spec, where it is known. */
  specFile?: string | undefined
}

/** Writes reports in one format. */
export type Reporter = (judged: readonly Judged[]) => string

const severities: readonly Severity[] = ['error', 'warning', 'note']
/** While one of these is left, other findings may only follow from it. */
const firstToRepair: readonly Code[] = [
  'manifest-missing',
  'manifest-not-json',
  'spec-missing',
  'spec-not-readable',
  'spec-version',
  'auth-token-refused',
  'oauth-flow',
  'unreachable',
  'mcp-connect',
]
const mostAnswers = 2_000

/** Collects findings: one for each rule and subject, with the shortest case. */
export class Report {
  readonly #findings = new Map<string, Finding>()
  readonly untested: Untested[] = []
  /** How often something was found. */
  added = 0
  /** The number of calls. `answered` has the operations that answered with 2xx at least once. */
  calls = 0
  /** How many answers had each status. */
  readonly statuses = new Map<number, number>()
  /** The same seed makes the same calls. */
  seed: number | undefined
  readonly answered = new Set<string>()
  /** Whether the API is for assistants. Otherwise rules about what only they demand are off. */
  isPlugin = true
  /** The names of shell variables, by the secrets that they replace. */
  readonly secrets = new Map<string, string>()
  /** What the run has still to check. */
  readonly pending = new Set<string>()
  /** What the run has checked, or was to check. */
  readonly planned = new Set<string>()
  /** The text of the manifest and of the spec, to find the lines of findings. */
  readonly texts: { manifest?: string; spec?: string } = {}
  readonly #answers = new Map<string, string>()
  #end = Number.POSITIVE_INFINITY

  /** Accepts no more findings from `end` on, by the clock of `performance.now()`: a call that was cut off proves nothing. */
  closeAt(end: number): void {
    this.#end = end
  }

  get isClosed(): boolean {
    return performance.now() >= this.#end
  }

  /** Lists what was not reached before the time was over. */
  listPending(): void {
    this.#end = Number.POSITIVE_INFINITY
    for (const subject of this.pending) this.skip(subject, 'some checks', 'the time was over: --max-time')
    this.#end = 0
  }

  /** Keeps what the call of a command was answered with, for a finding that shows the command. */
  keepAnswer(curl: string, answer: string): void {
    if (this.#answers.size >= mostAnswers) return
    const line = this.hideSecrets(answer.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim())
    // A copy, because a part of a text keeps the whole of it in memory.
    this.#answers.set(curl, Buffer.from(line).toString())
  }

  add(
    code: Code,
    subject: string,
    detail: string,
    { severity = rules[code].severity, expected = expectedBy[code], ...more }: FindingDetails = {},
  ): void {
    if (this.isClosed) return
    this.added++
    const key = `${code} ${subject} ${more.pointer ?? ''}`
    const found = this.#findings.get(key)
    const seen = this.#answers.get(more.curl ?? '')
    const safe = this.hideSecrets(detail.replaceAll(/\p{Cc}+/gu, ' '))
    const wanted = expected === undefined ? undefined : this.hideSecrets(expected.replaceAll(/\p{Cc}+/gu, ' '))
    if (!found)
      this.#findings.set(key, { code, severity, subject, detail: safe, expected: wanted, seen, ...more, count: 1 })
    else {
      found.count++
      if (more.curl !== undefined && more.curl.length < (found.curl?.length ?? Number.POSITIVE_INFINITY))
        Object.assign(found, { detail: safe, expected: wanted, seen, curl: more.curl })
    }
  }

  /** Whether a finding shows the call of a command. */
  shows(curl: string): boolean {
    return [...this.#findings.values()].some((one) => one.curl === curl)
  }

  /** Shows another call for a finding. */
  replace({ code, subject, pointer }: Finding, { detail, curl }: Pick<Finding, 'detail' | 'curl'>): void {
    const found = this.#findings.get(`${code} ${subject} ${pointer ?? ''}`)
    if (found && !this.isClosed)
      Object.assign(found, { detail: this.hideSecrets(detail), seen: this.#answers.get(curl ?? ''), curl })
  }

  /** Takes back what turned out to be no fault. */
  withdraw(...codes: Code[]): void {
    for (const [key, { code }] of this.#findings) if (codes.includes(code)) this.#findings.delete(key)
  }

  /** A finding about an operation, with the call that shows it. */
  addTo(
    { id, pointer }: { id: string; pointer: string },
    code: Code,
    detail: string,
    curl?: string,
    expected?: string,
  ): void {
    this.add(code, id, detail, { pointer, curl, ...(expected !== undefined && { expected }) })
  }

  skip(subject: string, what: string, reason: string): void {
    if (this.isClosed) return
    if (!this.untested.some((one) => one.subject === subject && one.what === what))
      this.untested.push({ subject, what, reason })
  }

  /** The number of findings. */
  get found(): number {
    return this.#findings.size
  }

  /** Errors first, and among them those that hide others. */
  get findings(): Finding[] {
    const rank = ({ code }: Finding) => firstToRepair.indexOf(code) + 1 || firstToRepair.length + 1
    const { manifest = '', spec = '' } = this.texts
    const [inManifest, inSpec] = [lineFinder(manifest), lineFinder(spec)]
    const lineOf = ({ subject, pointer = '' }: Finding) => (subject === 'manifest' ? inManifest : inSpec)(pointer)
    return [...this.#findings.values()]
      .sort(
        (a, b) =>
          severities.indexOf(a.severity) - severities.indexOf(b.severity) || rank(a) - rank(b) || b.count - a.count,
      )
      .map((finding) => ({ ...finding, line: lineOf(finding) }))
  }

  hideSecrets(text: string): string {
    let safe = text
    for (const [secret, name] of this.secrets) if (secret.length > 5) safe = safe.replaceAll(secret, `$${name}`)
    return safe
  }
}
