import type { Scheme, Security } from '../spec/security-schemes.ts'

/** What is added to a request. */
export interface Placed {
  headers: Record<string, string>
  query: [name: string, value: string][]
  cookies: [name: string, value: string][]
}

/** Something that adds credentials to a request by the security of its operation. */
export interface CredentialSource {
  place(security: Security): Placed | undefined
  /** Called before each use, for tokens that end soon. */
  renew?(): Promise<void>
}

/** A token that ends after some seconds, and how to get the next one. */
export interface LiveToken {
  value: string
  seconds: number | undefined
  next: () => Promise<LiveToken | undefined>
}

export const nothingPlaced: Placed = { headers: {}, query: [], cookies: [] }

export interface CredentialOptions {
  schemes: readonly Scheme[]
  /** The secrets: `VALUE` for any scheme, `SCHEME=VALUE` for one. */
  given: readonly string[]
  /** Used where the spec names no scheme. */
  assumed: Scheme
  /** The option that gives them, for messages. */
  option?: string
  /** Where the names of their shell variables are kept, by what they replace. */
  secrets?: Map<string, string>
}

/** A run ends before a token that lives so many seconds. */
const longestFixed = 600
/** A token is replaced after this share of its life. */
const freshShare = 0.6

/** The secrets of one user, each bound to the security schemes that it is for. */
export class Credentials implements CredentialSource {
  readonly #schemes: readonly Scheme[]
  readonly #assumed: Scheme
  readonly #option: string
  /** By the name of the scheme: the secrets that may be its own. The first one is used. */
  readonly #secrets = new Map<string, string[]>()
  readonly #named = new Set<string>()
  readonly #given: readonly string[]
  readonly #shown: Map<string, string>
  #freshness: { end: number; token: LiveToken } | undefined

  constructor({ schemes, given, assumed, option = '--token', secrets = new Map() }: CredentialOptions) {
    this.#schemes = schemes
    this.#assumed = assumed
    this.#option = option
    this.#given = given
    this.#shown = secrets
    const all = [...schemes, ...(schemes.some(({ name }) => name === assumed.name) ? [] : [assumed])]
    const free: string[] = []
    for (const text of given) {
      const [, name, value] = /^([^=]*)=(.*)$/s.exec(text) ?? []
      const scheme = schemes.find((one) => one.name === name)
      if (!scheme || value === undefined || value === '') free.push(text)
      else {
        this.#secrets.set(scheme.name, [value])
        this.#named.add(scheme.name)
      }
    }
    for (const scheme of all) {
      if (this.#secrets.has(scheme.name) || scheme.kind === 'unsupported') continue
      const fitting = free.filter((value) => schemes.length <= 1 || fits(scheme, value))
      if (fitting.length > 0) this.#secrets.set(scheme.name, fitting)
    }
    this.#hide()
  }

  get isEmpty(): boolean {
    return this.#secrets.size === 0
  }

  /** The secrets as they were given, without the names of schemes. */
  get values(): string[] {
    return [...new Set([...this.#secrets.values()].flat())]
  }

  /** The first secret, as it was given. */
  get first(): string | undefined {
    return this.values[0]
  }

  /** The token for a server that knows only Bearer. */
  get bearer(): string | undefined {
    const scheme = [...this.#schemes, this.#assumed].find((one) => one.kind === 'bearer' && this.#secrets.has(one.name))
    const value = scheme ? this.#secrets.get(scheme.name)?.[0] : this.#given.find((one) => !one.includes(' '))
    return value?.replace(/^bearer\s+/i, '')
  }

  /** The scheme of a name; one that the spec does not describe counts as the assumed one. */
  schemeOf(name: string): Scheme {
    return this.#schemes.find((one) => one.name === name) ?? { ...this.#assumed, name }
  }

  /** The secret that is used for a scheme, as it was given. */
  secretOf(name: string): string | undefined {
    return this.#secrets.get(name)?.[0]
  }

  /** Replaces a token shortly before it ends, where it is one of these secrets. */
  keepFresh(token: LiveToken): void {
    if (!this.values.includes(token.value) || token.seconds === undefined || token.seconds > longestFixed) return
    const end = performance.now() + token.seconds * 1000 * freshShare
    this.#freshness = { end, token }
  }

  async renew(): Promise<void> {
    const { end, token } = this.#freshness ?? {}
    if (end === undefined || !token || performance.now() < end) return
    this.#freshness = undefined
    const next = await token.next()
    if (!next) return
    for (const [name, secrets] of this.#secrets)
      this.#secrets.set(
        name,
        secrets.map((one) => (one === token.value ? next.value : one)),
      )
    this.#hide()
    this.keepFresh(next)
  }

  place(security: Security): Placed | undefined {
    const way = this.wayFor(security)
    return way && placeAll(way.map((scheme) => [scheme, this.#secrets.get(scheme.name)?.[0] ?? '']))
  }

  /** The schemes of the first alternative for which there are secrets. An empty list where none is needed. */
  wayFor(security: Security): Scheme[] | undefined {
    if (security === undefined) {
      const only = this.#schemes.length === 1 ? this.#schemes[0] : this.#assumed
      const any = [...(only ? [only] : []), ...this.#schemes].find(({ name }) => this.#secrets.has(name))
      return any ? [any] : []
    }
    if (security.length === 0) return []
    const ways = security.map((way) => Object.keys(way).map((name) => this.schemeOf(name)))
    const reachable = ways.find(
      (way) => way.length > 0 && way.every((one) => this.#secrets.has(one.name)) && this.#differs(way),
    )
    return reachable ?? ways.find((way) => way.length === 0)
  }

  /** The options that would reach an operation, for the alternative that lacks least. */
  optionsFor(security: Security): string {
    const ways = (security ?? []).map((way) => Object.keys(way).map((name) => this.schemeOf(name)))
    const lacking = ways
      .map((way) => way.filter(({ name }) => !this.#secrets.has(name) || (way.length > 1 && !this.#named.has(name))))
      .sort((a, b) => a.length - b.length)
    const usable = lacking.find((way) => way.every(({ kind }) => kind !== 'unsupported'))
    if (!usable) return `the tester cannot use ${lacking[0]?.map(({ name }) => name).join(' and ')}`
    const options = usable.map((scheme) => {
      const value = { basic: 'USER:PASSWORD', other: "'WORD VALUE'", bearer: 'TOKEN', key: 'KEY', unsupported: '' }[
        scheme.kind
      ]
      return this.#schemes.length <= 1
        ? `${this.#option} ${value}`
        : `${this.#option} ${shellWord(scheme.name)}=${value}`
    })
    return options.join(' ')
  }

  /** The schemes for which there are secrets, those that may be for another scheme included. */
  get bound(): { scheme: Scheme; secrets: readonly string[] }[] {
    return [...this.#secrets].map(([name, secrets]) => ({ scheme: this.schemeOf(name), secrets }))
  }

  /** Leaves out the schemes for which another user has no secret, because the secrets are of the same kind. */
  keepSchemesOf(other: Credentials): this {
    for (const name of this.#secrets.keys())
      if (!this.#named.has(name) && other.secretOf(name) === undefined) this.#secrets.delete(name)
    return this
  }

  /** Uses only this secret for a scheme. Undefined leaves the scheme without any. */
  bind(name: string, secret: string | undefined): void {
    if (secret === undefined) this.#secrets.delete(name)
    else this.#secrets.set(name, [secret])
  }

  /** Keeps the secrets out of what is shown: each is a variable there, and so is what Basic makes of it. */
  #hide(): void {
    const variable = this.#option.slice(2).replaceAll('-', '_').toUpperCase()
    this.values.forEach((value, index) => {
      const name = index === 0 ? variable : `${variable}_${index + 1}`
      const pair = userPair(value)
      if (pair !== undefined) {
        this.#shown.set(toBase64(pair), `${name}_BASE64`)
        this.#shown.set(pair.slice(pair.indexOf(':') + 1), `${name}_PASSWORD`)
      }
      this.#shown.set(value.replace(/^\w+ /, ''), name)
    })
  }

  /** Two schemes that are needed together have two secrets, so one that was given without a name is for one of them. */
  #differs(way: readonly Scheme[]): boolean {
    const free = way.filter(({ name }) => !this.#named.has(name)).map(({ name }) => this.#secrets.get(name)?.[0])
    return new Set(free).size === free.length
  }
}

/** Whether a secret without a name can be for a scheme. */
function fits({ kind, field }: Scheme, value: string): boolean {
  const word = /^([A-Za-z][\w-]*) +\S/.exec(value)?.[1]?.toLowerCase()
  if (word !== undefined) return field === 'authorization' && (kind === 'key' || kind === 'other' || kind === word)
  if (kind === 'basic') return userPair(value) !== undefined
  return kind !== 'other' && !/\s/.test(value)
}

/** `user:password` of a secret for Basic, encoded or not. */
function userPair(value: string): string | undefined {
  const plain = value.replace(/^basic +/i, '')
  if (plain.includes(':')) return plain
  const decoded = Buffer.from(plain, 'base64').toString()
  return /^[A-Za-z0-9+/]+=*$/.test(plain) && /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(decoded) ? decoded : undefined
}

const toBase64 = (text: string): string => Buffer.from(text).toString('base64')

/** The request parts for secrets. Later schemes do not overwrite earlier ones. */
export function placeAll(secrets: readonly [Scheme, string][]): Placed {
  const placed: Placed = { headers: {}, query: [], cookies: [] }
  for (const [scheme, value] of secrets) {
    const text = written(scheme, value)
    if (scheme.place === 'query') placed.query.push([scheme.field, text])
    else if (scheme.place === 'cookie') placed.cookies.push([scheme.field, text])
    else placed.headers[scheme.field] ??= text
  }
  return placed
}

/** A secret as its scheme sends it. */
function written({ kind }: Scheme, value: string): string {
  if (kind === 'bearer') return /^\w+ +\S/.test(value) ? value : `Bearer ${value}`
  if (kind !== 'basic') return value
  return `Basic ${toBase64(userPair(value) ?? value)}`
}

const shellWord = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `'${text}'`)

/** Moves credentials out of headers that the user wants with every call, so that they can be left out and changed. */
export function takeFromHeaders(
  headers: Readonly<Record<string, string>>,
  schemes: readonly Scheme[],
): { headers: Record<string, string>; given: string[] } {
  const given: string[] = []
  const left: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    const own = schemes.find((one) => one.place === 'header' && one.kind === 'key' && one.field === lower)
    if (own) given.push(`${own.name}=${value}`)
    else if (lower === 'authorization') given.push(value)
    else if (lower === 'cookie') {
      const kept = value.split(/; */).filter((pair) => {
        const [cookie, ...text] = pair.split('=')
        const scheme = schemes.find((one) => one.place === 'cookie' && one.field === cookie)
        if (scheme) given.push(`${scheme.name}=${text.join('=')}`)
        return !scheme
      })
      if (kept.length > 0) left[name] = kept.join('; ')
    } else left[name] = value
  }
  return { headers: left, given }
}
