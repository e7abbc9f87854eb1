import { type Code, rules, type Severity } from './rules.ts'

export interface Finding {
  code: Code
  severity: Severity
  /** The operation or document, such as `getTodos` or `manifest`. */
  subject: string
  /** What the tester saw. */
  detail: string
  /** The place in the document, as a JSON pointer. */
  pointer?: string | undefined
  /** A command that shows it again. Secrets are variables. */
  curl?: string | undefined
  /** How many cases show it. */
  count: number
}

export interface FindingDetails {
  pointer?: string | undefined
  curl?: string | undefined
  /** Where it is not that of the rule: the case does less harm. */
  severity?: Severity | undefined
}

export interface Untested {
  subject: string
  what: string
  reason: string
}

/** Writes a report about `subject`, the address or the files that were checked, in one format. */
export type Reporter = (report: Report, subject: string) => string

/** Collects findings: one for each rule and subject, with the shortest case. */
export class Report {
  readonly #findings = new Map<string, Finding>()
  readonly untested: Untested[] = []
  /** The number of calls. `answered` has the operations that answered with 2xx at least once. */
  calls = 0
  /** The same seed makes the same calls. */
  seed: number | undefined
  readonly answered = new Set<string>()
  /** Whether the API is for assistants. Otherwise rules about what only they demand are off. */
  isPlugin = true
  /** The names of shell variables, by the secrets that they replace. */
  readonly secrets = new Map<string, string>()
  /** What the run has still to check. */
  readonly pending = new Set<string>()
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

  add(
    code: Code,
    subject: string,
    detail: string,
    { severity = rules[code].severity, ...more }: FindingDetails = {},
  ): void {
    if (this.isClosed) return
    const key = `${code} ${subject} ${more.pointer ?? ''}`
    const found = this.#findings.get(key)
    if (!found) this.#findings.set(key, { code, severity, subject, detail, ...more, count: 1 })
    else {
      found.count++
      if ((more.curl?.length ?? 0) < (found.curl?.length ?? 0)) Object.assign(found, { detail, curl: more.curl })
    }
  }

  /** A finding about an operation, with the call that shows it. */
  addTo({ id, pointer }: { id: string; pointer: string }, code: Code, detail: string, curl?: string): void {
    this.add(code, id, detail, { pointer, curl })
  }

  skip(subject: string, what: string, reason: string): void {
    if (this.isClosed) return
    if (!this.untested.some((one) => one.subject === subject && one.what === what))
      this.untested.push({ subject, what, reason })
  }

  get findings(): Finding[] {
    const order: Severity[] = ['error', 'warning', 'note']
    return [...this.#findings.values()].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  }
}
