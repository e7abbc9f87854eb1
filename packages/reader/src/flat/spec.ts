import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { httpUrl } from '../hosts/hosts.ts'
import { SpecDocument } from '../openapi/spec-document.ts'
import type { PluginDocument } from '../plugin-document.ts'
import { DocumentRefused } from '../text/document-refused.ts'
import { isObject, memberOf, wordOf } from '../text/members.ts'
import { plainLine, plainText, quote } from '../text/plain-text.ts'
import { type Repair, Repairs } from '../text/repairs.ts'
import { longestSpec, readSpecText } from '../text/spec-text.ts'
import { chooseServer } from './chosen-server.ts'
import { readOperations } from './operations.ts'
import { readSpecAuth, type SpecAuth } from './spec-auth.ts'

/** A spec as the host uses it: at most 100 operations, each with one flat input. */
export interface ReadSpec
  extends Pick<PluginDocument, 'title' | 'contactEmail' | 'legalInfoUrl' | 'server' | 'operations'> {
  /** Where it was read. */
  url: string
  description: string
  /** Servers on other domains that the spec names; they are never called. */
  passedOver: string[]
  /** What the spec says about signing in. Where there is a manifest, its auth counts instead. */
  auth: SpecAuth
}

export interface SpecRead {
  spec: ReadSpec
  repairs: Repair[]
}

/** A text with more characters would block the process while it is read: 5 MB take a second. */
const longestInline = 300_000
const longestTime = 5_000
// The worker ends when it needs more. The limits of yaml-text.ts keep what is read below 600 MB.
const mostMegabytes = 1_024

/**
 * Reads OpenAPI 3.0 and 3.1 and Swagger 2, as JSON or YAML. Nothing is fetched, whatever the text refers to.
 * @param url where the text was found; relative URLs in it are resolved against it.
 * @param manifest the manifest that led there; its host is the plugin's domain.
 * @throws DocumentRefused where nothing can be called with it, or reading takes over 5 seconds.
 */
export async function readSpec(text: string, url: string, manifest?: { url: string }): Promise<SpecRead> {
  const isBig = text.length > longestInline && text.length <= longestSpec
  return isBig ? readInWorker(text, url, manifest?.url) : readSpecNow(text, url, manifest?.url)
}

/** The same in the thread of the caller. */
export function readSpecNow(text: string, url: string, manifestUrl: string | undefined): SpecRead {
  const repairs = new Repairs('spec')
  const document = new SpecDocument(readSpecText(text, repairs), repairs)
  const { info, paths } = document.root
  checkVersion(document)
  const { chosen: server, passedOver } = chooseServer(document, url, manifestUrl)
  const operations = readOperations(document, url, server)
  if (operations.length === 0)
    throw new DocumentRefused(
      isObject(paths) && Object.keys(paths).length > 0
        ? `The spec has no operation that can be called. ${repairs.list().find(({ pointer }) => pointer.startsWith('/paths'))?.message ?? ''}`.trim()
        : 'The spec has no paths, so there is nothing to call.',
    )
  const contactEmail = plainLine(memberOf(memberOf(info, 'contact'), 'email'), 254)
  const terms = memberOf(info, 'termsOfService')
  const legalInfoUrl = terms === undefined ? undefined : httpUrl(plainLine(terms, 2_000), url)?.href
  return {
    spec: {
      url,
      title: plainLine(memberOf(info, 'title'), 50),
      description: plainText(memberOf(info, 'description'), 8_000),
      ...(/^[^\s@]+@[^\s@]+$/.test(contactEmail) && { contactEmail }),
      ...(legalInfoUrl && { legalInfoUrl }),
      server,
      passedOver,
      auth: readSpecAuth(document, url, operations),
      operations,
    },
    repairs: repairs.list(),
  }
}

function checkVersion({ root: { openapi, swagger, apis }, repairs }: SpecDocument): void {
  const given = openapi ?? swagger
  const version = wordOf(given).replaceAll(/^[\s"'v]+|[\s"']+$/g, '')
  const member = openapi === undefined && swagger !== undefined ? '/swagger' : '/openapi'
  if (given === undefined) repairs.add('/openapi', 'openapi is missing; version 3.0 is assumed.')
  else if (/^(3\.[0-2](\.\d+)?|2\.0)$/.test(version)) {
    if (typeof given !== 'string' || given !== version)
      repairs.add(member, `The version ${quote(given)} is read as ${version}.`)
  } else if (/^1(\.|$)/.test(version) || Array.isArray(apis))
    throw new DocumentRefused(
      `The spec is Swagger ${plainLine(version, 10)}, which is not supported. Publish it as OpenAPI 3.`,
    )
  else repairs.add(member, `${quote(given)} is not a version of OpenAPI; it is read as 3.0.`)
}

/** What the worker returns. */
export type WorkerAnswer = SpecRead | { refused: string; at: DocumentRefused['at'] }

async function readInWorker(text: string, url: string, manifestUrl: string | undefined): Promise<SpecRead> {
  const worker = new Worker(new URL('./spec-worker.ts', import.meta.url), {
    workerData: { text, url, manifestUrl },
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    // A document must not see the environment of the host.
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const signal = AbortSignal.timeout(longestTime)
  try {
    const ended = await Promise.race([once(worker, 'message', { signal }), once(worker, 'exit', { signal })])
    const answer: WorkerAnswer | number = ended[0]
    if (typeof answer === 'number') throw tooBig()
    if ('refused' in answer) throw new DocumentRefused(answer.refused, answer.at)
    return answer
  } catch (error) {
    if (signal.aborted) throw new DocumentRefused('The spec takes more than 5 seconds to read. Publish a smaller one.')
    throw (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooBig() : error
  } finally {
    await worker.terminate()
  }
}

const tooBig = (): DocumentRefused =>
  new DocumentRefused('The spec takes too much memory to read. Publish a smaller one.')
