import {
  DocumentRefused,
  domainFaults,
  type ManifestRead,
  type PluginDocument,
  type SpecRead,
  toPluginDocument,
} from '@reference-plugins/reader'
import type { FoundPlugin, ReadTexts } from '../plugins/plugins.ts'
import { toSentences } from '../sentences.ts'
import type { RegistrationStep } from '../wire.ts'
import { toCandidates } from './address.ts'
import { checkAuth } from './auth-step.ts'
import { crossOriginFaults } from './cross-origin.ts'
import { manifestSteps, specSteps } from './document-steps.ts'
import { readMcp } from './mcp-reading.ts'
import { reach } from './reach.ts'
import type { PendingRegistration } from './registrations.ts'
import { type Passed, passed, type Reading, Refusal, Steps, warned } from './steps.ts'
import { Trace } from './trace.ts'

export interface ReadOptions {
  /** Whether plugins on this machine may be registered. */
  allowLoopback: boolean
  signal: AbortSignal
  /** Is called when a step starts and when it ends. */
  tell?: (step: RegistrationStep) => void
  /** The service token, if the user entered one. */
  token?: string | undefined
  /** How long a document may take, in milliseconds. */
  longestFetch?: number
}

/**
 * Reads a plugin as an assistant does, step by step. Each step reports what was sent, what came, and what to do.
 * @throws Problem 422 if the address cannot be used
 */
export async function readPlugin(
  address: string,
  { tell = () => {}, token, ...options }: ReadOptions,
): Promise<Pick<PendingRegistration, 'steps' | 'found'>> {
  const candidates = toCandidates(address)
  const trace = new Trace(options)
  const steps = new Steps(trace, tell)
  const found = await run({ ...options, address: address.trim(), candidates, token, trace, steps }).catch((error) => {
    if (error instanceof Refusal) return undefined
    throw error
  })
  return { steps: steps.steps, found }
}

async function run(reading: Reading): Promise<FoundPlugin> {
  const { address, steps } = reading
  const reached = await steps.run('reach', () => reach(reading))
  if (reached.kind === 'mcp') return readMcp(reading, reached.url)
  const manifest = reached.kind === 'manifest' ? await manifestSteps(reading, reached.fetched) : undefined
  if (reached.kind === 'spec')
    steps.skip(
      ['manifest', 'read manifest', 'check manifest'],
      reached.isTyped ? 'The address is the URL of a spec' : 'A spec was found, and no manifest',
    )
  const spec = await specSteps(reading, manifest ?? reached.fetched)
  const texts: ReadTexts = {
    ...(manifest && { manifest: manifest.text, manifestUrl: manifest.url }),
    spec: spec.text,
    specUrl: spec.url,
  }
  const document = await steps.run('operations', () => checkOperations(toDocument(address, manifest?.read, spec.read)))
  const oauth = await steps.run('auth', () => checkAuth(reading, document))
  await steps.run('domains', () => checkDomains(reading, document, texts))
  await steps.run('CORS', () => checkCrossOrigin(reading, document, texts))
  return {
    address,
    document,
    texts,
    repairs: [...(manifest?.read.repairs ?? []), ...spec.read.repairs],
    ...(oauth && { oauth }),
  }
}

function toDocument(address: string, manifest: ManifestRead | undefined, { spec }: SpecRead): PluginDocument {
  try {
    return toPluginDocument(manifest?.manifest, spec, address)
  } catch (error) {
    if (!(error instanceof DocumentRefused)) throw error
    throw new Refusal(error.message, 'The host sends a token in a header only, because URLs are logged', error)
  }
}

function checkOperations(document: PluginDocument): Passed<PluginDocument> {
  const count = document.operations.length
  if (count === 0)
    throw new Refusal(
      'There is nothing to call: the spec has no operation that can be used',
      'Describe at least one operation under paths, with a method and a response',
    )
  const names = document.operations.slice(0, 5).map(({ name }) => name)
  const more = count > names.length ? ', …' : ''
  return passed(document, `${count === 1 ? 'One operation' : `${count} operations`}: ${names.join(', ')}${more}`)
}

function checkDomains({ allowLoopback }: Reading, document: PluginDocument, texts: ReadTexts): Passed<undefined> {
  const faults = domainFaults(texts.manifestUrl ?? texts.specUrl ?? document.server, document)
  const worst = faults.find(({ severity }) => severity === 'error')
  if (worst && !allowLoopback)
    throw new Refusal(worst.message, 'Serve the manifest, the spec and the API under one domain')
  if (faults.length === 0) return passed(undefined, 'Everything is under one domain')
  return warned(
    toSentences(faults.map(({ message }) => message)),
    'ChatGPT rejected such plugins: serve everything under one domain',
  )
}

async function checkCrossOrigin(
  { trace }: Reading,
  document: PluginDocument,
  texts: ReadTexts,
): Promise<Passed<undefined>> {
  const faults = await crossOriginFaults(document, texts, trace)
  if (faults.length === 0) return passed(undefined, 'Pages of assistants may read and call it')
  return warned(
    toSentences(faults),
    'This host does not need CORS, because it calls from its server. Assistants that call from the browser do',
  )
}
