import {
  DocumentRefused,
  domainFaults,
  type ManifestRead,
  type PluginDocument,
  type Repair,
  readManifest,
  readSpec,
  type SpecRead,
  toPluginDocument,
} from '@reference-plugins/reader'
import type { FoundPlugin, ReadTexts } from '../plugins/plugins.ts'
import { discoverOAuthServer, type OAuthServer } from '../sign-in/oauth-server.ts'
import type { RegistrationStep } from '../wire.ts'
import { type Candidates, toCandidates } from './address.ts'
import { crossOriginFaults } from './cross-origin.ts'
import { readMcp } from './mcp-reading.ts'
import { looksLikeMcp } from './mcp-server.ts'
import { whyStatus, whyUnreachable } from './reasons.ts'
import { type Passed, Refusal, StepFailed, Steps } from './steps.ts'
import { type Fetched, NoDocument, Trace } from './trace.ts'

export interface RegistrarOptions {
  /** Whether plugins on this machine are let in. */
  allowLoopback: boolean
  /** Where the host is reached: the page whose calls a plugin must allow, if the calls came from the browser. */
  publicUrl: string
  longestFetch?: number
}

export interface RegistrationResult {
  steps: RegistrationStep[]
  found: FoundPlugin | undefined
}

/** Reads a plugin as a host does, step by step, and says of each what was sent, what came, and what to do. */
export class Registrar {
  readonly #options: RegistrarOptions

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /**
   * @param tell hears of each step when it begins and when it ends
   * @throws Problem 422 where the address is none
   */
  async read(
    address: string,
    {
      signal,
      tell = () => {},
      token,
    }: { signal: AbortSignal; tell?: (step: RegistrationStep) => void; token?: string },
  ): Promise<RegistrationResult> {
    const candidates = toCandidates(address)
    const trace = new Trace({ ...this.#options, signal })
    const steps = new Steps(trace, tell)
    try {
      const found = await new Reading(this.#options, candidates, address, trace, steps, signal, token).run()
      return { steps: steps.steps, found }
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error
      return { steps: steps.steps, found: undefined }
    }
  }
}

/** One registration, from the address to what would be registered. */
class Reading {
  readonly #options: RegistrarOptions
  readonly #candidates: Candidates
  readonly #address: string
  readonly #trace: Trace
  readonly #steps: Steps
  readonly #signal: AbortSignal
  readonly #token: string | undefined
  readonly #repairs: Repair[] = []
  readonly #texts: ReadTexts = {}

  constructor(
    options: RegistrarOptions,
    candidates: Candidates,
    address: string,
    trace: Trace,
    steps: Steps,
    signal: AbortSignal,
    token: string | undefined,
  ) {
    this.#options = options
    this.#candidates = candidates
    this.#address = address
    this.#trace = trace
    this.#steps = steps
    this.#signal = signal
    this.#token = token
  }

  async run(): Promise<FoundPlugin> {
    const first = await this.#steps.run('reach', () => this.#reach())
    if (first.kind === 'mcp')
      return readMcp({
        url: first.url,
        address: this.#address,
        allowLoopback: this.#options.allowLoopback,
        token: this.#token,
        signal: this.#signal,
        steps: this.#steps,
        trace: this.#trace,
      })
    const manifest = first.kind === 'manifest' ? await this.#manifest(first.fetched) : undefined
    if (!manifest)
      for (const name of ['manifest', 'read manifest', 'check manifest'] as const)
        this.#steps.skip(name, 'A spec alone was typed')
    const spec = await this.#steps.run('spec', () =>
      this.#fetchSpec(first.kind === 'spec' ? first.fetched : undefined, manifest),
    )
    const read = await this.#steps.run('read spec', () =>
      this.#parse('spec', spec.text, () =>
        readSpec(spec.text, spec.url, manifest && { url: this.#texts.manifestUrl ?? spec.url }),
      ),
    )
    this.#texts.spec = spec.text
    this.#texts.specUrl = spec.url
    this.#repairs.push(...read.repairs)
    await this.#steps.run('check spec', () => this.#judge(read.repairs, 'The spec is as it should be'))
    const document = await this.#steps.run('operations', () => this.#operations(manifest, read))
    const oauth = await this.#steps.run('auth', () => this.#auth(document))
    await this.#steps.run('domains', () => this.#domains(document))
    await this.#steps.run('CORS', () => this.#crossOrigin(document))
    return {
      address: this.#address.trim(),
      document,
      texts: this.#texts,
      repairs: this.#repairs,
      ...(oauth && { oauth }),
    }
  }

  async #reach(): Promise<Passed<First>> {
    const { manifestUrl, typedUrl } = this.#candidates
    const start = performance.now()
    if (typedUrl !== undefined) {
      if (await looksLikeMcp(typedUrl, this.#trace))
        return passed({ kind: 'mcp', url: typedUrl }, 'An MCP server answers')
      const fetched = await this.#get(typedUrl)
      const took = `${new URL(typedUrl).host} answers ${fetched.status} in ${Math.round(performance.now() - start)} ms`
      if (fetched.status === 200 && isManifest(fetched)) return passed({ kind: 'manifest', fetched }, took)
      if (fetched.status === 200 && isSpec(fetched.text)) return passed({ kind: 'spec', fetched }, took)
      // A page of the site, or the root of an API: its manifest may be at the usual place.
      const usual = await this.#get(manifestUrl)
      if (usual.status === 200 && /^\s*[{\ufeff]/.test(usual.text))
        return passed({ kind: 'manifest', fetched: usual }, took)
      return passed({ kind: /ai-plugin/.test(typedUrl) ? 'manifest' : 'spec', fetched }, took)
    }
    const fetched = await this.#get(manifestUrl)
    return passed(
      { kind: 'manifest', fetched },
      `${new URL(manifestUrl).host} answers in ${Math.round(performance.now() - start)} ms`,
    )
  }

  async #get(url: string, headers: Record<string, string> = {}): Promise<Fetched> {
    try {
      // Only www and the bare domain, or a child, may be redirected to (protocol.md 1.8); `domains` looks at where it ended.
      return await this.#trace.fetch(url, { headers, redirects: 2 })
    } catch (error) {
      if (!(error instanceof NoDocument)) throw error
      throw new Refusal(whyUnreachable(error, url), error)
    }
  }

  async #manifest(fetched: Fetched): Promise<ManifestRead> {
    const text = await this.#steps.run('manifest', () => {
      if (fetched.status !== 200) throw new Refusal(whyStatus(fetched.status, fetched.url, 'manifest'))
      return passed(fetched.text, `${fetched.url}, ${fetched.text.length} characters`)
    })
    const read = await this.#steps.run('read manifest', () =>
      this.#parse('manifest', text, () => readManifest(text, fetched.url)),
    )
    this.#texts.manifest = text
    this.#texts.manifestUrl = fetched.url
    this.#repairs.push(...read.repairs)
    await this.#steps.run('check manifest', () => this.#judge(read.repairs, 'The manifest is as it should be'))
    return read
  }

  async #parse<Read>(what: 'manifest' | 'spec', text: string, read: () => Read | Promise<Read>): Promise<Passed<Read>> {
    try {
      return passed(await read(), `It is a ${what} of ${text.length} characters`)
    } catch (error) {
      if (!(error instanceof DocumentRefused)) throw error
      const place = error.at
        ? `Line ${error.at.line}, column ${error.at.column}: ${error.at.excerpt}`
        : `Look at what is served as the ${what}`
      throw new Refusal({ message: error.message, advice: place }, error)
    }
  }

  #judge(repairs: Repair[], good: string): Passed<undefined> {
    if (repairs.length === 0) return passed(undefined, good)
    const told = repairs.slice(0, 5).map(({ message }) => message)
    const more = repairs.length > told.length ? `, and ${repairs.length - told.length} more` : ''
    return {
      result: undefined,
      message: `${repairs.length === 1 ? 'One thing was' : `${repairs.length} things were`} put right while reading: other hosts may refuse it`,
      warning: `${told.join('. ')}${more}`,
    }
  }

  async #fetchSpec(typed: Fetched | undefined, manifest: ManifestRead | undefined): Promise<Passed<Fetched>> {
    const url = manifest?.manifest.specUrl ?? typed?.url ?? ''
    let fetched = typed ?? (await this.#get(url))
    const isOwn = manifest !== undefined && new URL(url).origin === new URL(this.#texts.manifestUrl ?? url).origin
    // Some developers protect the spec with the token of their API.
    if (fetched.status === 401 && this.#token !== undefined && isOwn)
      fetched = await this.#get(url, { authorization: `Bearer ${this.#token}` })
    if (fetched.status !== 200) throw new Refusal(whyStatus(fetched.status, fetched.url, 'spec'))
    return passed(fetched, `${fetched.url}, ${fetched.text.length} characters`)
  }

  #operations(manifest: ManifestRead | undefined, spec: SpecRead): Passed<PluginDocument> {
    const document = this.#document(manifest, spec)
    const count = document.operations.length
    if (count === 0)
      throw new Refusal({
        message: 'There is nothing to call: the spec has no operation that can be used',
        advice: 'Describe at least one under paths, with a method and a response',
      })
    const names = document.operations.slice(0, 5).map(({ name }) => name)
    return passed(
      document,
      `${count === 1 ? 'One operation' : `${count} operations`}: ${names.join(', ')}${count > names.length ? ', …' : ''}`,
    )
  }

  #document(manifest: ManifestRead | undefined, { spec }: SpecRead): PluginDocument {
    try {
      return toPluginDocument(manifest?.manifest, spec, this.#address)
    } catch (error) {
      if (!(error instanceof DocumentRefused)) throw error
      throw new Refusal(
        { message: error.message, advice: 'Register it by its manifest, which says how users sign in' },
        error,
      )
    }
  }

  async #auth({ auth, server }: PluginDocument): Promise<Passed<OAuthServer | undefined>> {
    if (!this.#candidates.isLoopback && /^https?:\/\/(localhost|127\.|\[::1\])/.test(server))
      throw new Refusal({
        message: 'A plugin on the internet leads to this machine',
        advice: 'Put the public address of the API into servers of the spec',
      })
    const messages = {
      none: 'Everybody may call it',
      service_http: 'One token for all users, which you enter when you approve it',
      user_http: 'Each user pastes a token of their own',
    }
    if (auth.type !== 'oauth') return passed(undefined, messages[auth.type])
    if (!auth.oauth)
      throw new Refusal({
        message: 'The manifest asks for OAuth and does not say where',
        advice:
          'Give client_url (where the browser goes) and authorization_url (where a code becomes a token) under auth',
      })
    const found = await discoverOAuthServer({
      endpoints: auth.oauth,
      server,
      fetch: this.#trace.asFetch(),
    })
    const metadata = found.issuer === undefined ? 'It publishes no metadata' : `Its issuer is ${found.issuer}`
    const client =
      found.registrationUrl === undefined ? 'Enter a client id when you approve it' : 'It registers clients by itself'
    return passed(found, `Users sign in at ${new URL(found.authorizationUrl).host}. ${metadata}. ${client}`)
  }

  #domains(document: PluginDocument): Passed<undefined> {
    const { manifestUrl = this.#texts.specUrl ?? document.server } = this.#texts
    const faults = domainFaults(manifestUrl, document)
    const worst = faults.find(({ severity }) => severity === 'error')
    const told = faults.map(({ message }) => message).join('. ')
    if (worst && !this.#options.allowLoopback)
      throw new Refusal({ message: worst.message, advice: 'Serve manifest, spec and API under one domain' })
    if (faults.length === 0) return passed(undefined, 'Everything is under one domain')
    return {
      result: undefined,
      message: told,
      warning: 'ChatGPT refused plugins like this: serve everything under one domain',
    }
  }

  async #crossOrigin(document: PluginDocument): Promise<Passed<undefined>> {
    const faults = await crossOriginFaults(document, this.#texts, this.#trace)
    if (faults.length === 0) return passed(undefined, 'Pages of assistants may read it, and call it')
    return {
      result: undefined,
      message: faults.join('. '),
      warning: 'This host calls from its server and needs none of it; assistants that call from the browser do',
    }
  }
}

type First = { kind: 'manifest' | 'spec'; fetched: Fetched } | { kind: 'mcp'; url: string }

const passed = <Result>(result: Result, message: string): Passed<Result> => ({ result, message })

const isManifest = ({ text, url }: Fetched): boolean =>
  /"(name_for_model|name_for_human|schema_version)"/.test(text.slice(0, 20_000)) || url.includes('ai-plugin')
const isSpec = (text: string): boolean => /["']?(openapi|swagger)["']?\s*:/.test(text.slice(0, 5_000))
