import {
  DocumentRefused,
  type ManifestRead,
  type Repair,
  readManifest,
  readSpec,
  type SpecRead,
} from '@reference-plugins/reader'
import { toSentences } from '../sentences.ts'
import { fetchDocument, fetchOwn } from './reach.ts'
import { type DocumentName, whyStatus } from './reasons.ts'
import { type Passed, passed, type Reading, Refusal, warned } from './steps.ts'
import type { Fetched } from './trace.ts'

/** A document as it was fetched, and as it was read. */
export interface ReadDocument<Read> {
  url: string
  text: string
  read: Read
}

/** The steps `manifest`, `read manifest` and `check manifest`. */
export async function manifestSteps({ steps }: Reading, fetched: Fetched): Promise<ReadDocument<ManifestRead>> {
  const { url, text } = await steps.run('manifest', () => check('manifest', fetched))
  const read = await steps.run('read manifest', () => parse('manifest', text, () => readManifest(text, url)))
  await steps.run('check manifest', () => judge('manifest', read.repairs))
  return { url, text, read }
}

/** The steps `spec`, `read spec` and `check spec`. @param source the manifest that names the spec, or the spec itself */
export async function specSteps(
  reading: Reading,
  source: ReadDocument<ManifestRead> | Fetched,
): Promise<ReadDocument<SpecRead>> {
  const { steps } = reading
  const manifest = 'read' in source ? source : undefined
  const { url, text } = await steps.run('spec', async () =>
    check(manifest ? 'spec' : 'typed spec', manifest ? await fetchSpec(reading, manifest) : (source as Fetched)),
  )
  const read = await steps.run('read spec', () =>
    parse('spec', text, () => readSpec(text, url, manifest && { url: manifest.url })),
  )
  await steps.run('check spec', () => judge('spec', read.repairs))
  return { url, text, read }
}

async function fetchSpec(reading: Reading, { read, url }: ReadDocument<ManifestRead>): Promise<Fetched> {
  const { specUrl, otherSpecUrl } = read.manifest
  const isOwn = new URL(specUrl).origin === new URL(url).origin
  if (!isOwn) return fetchDocument(reading.trace, specUrl)
  const fetched = await fetchOwn(reading, specUrl)
  return fetched.status !== 404 || otherSpecUrl === undefined ? fetched : fetchOwn(reading, otherSpecUrl)
}

function check(what: DocumentName, fetched: Fetched): Passed<Fetched> {
  if (fetched.status !== 200) throw whyStatus(fetched.status, fetched.url, what)
  return passed(fetched, `${fetched.url}, ${fetched.text.length} characters`)
}

async function parse<Read>(
  what: 'manifest' | 'spec',
  text: string,
  read: () => Read | Promise<Read>,
): Promise<Passed<Read>> {
  try {
    return passed(await read(), `It is a ${what} of ${text.length} characters`)
  } catch (error) {
    if (!(error instanceof DocumentRefused)) throw error
    const advice = error.at
      ? `Line ${error.at.line}, column ${error.at.column}: ${error.at.excerpt}`
      : `Check what your server sends as the ${what}`
    throw new Refusal(error.message, advice, error)
  }
}

function judge(what: 'manifest' | 'spec', repairs: Repair[]): Passed<undefined> {
  if (repairs.length === 0) return passed(undefined, `The ${what} is valid`)
  const counts = new Map<string, number>()
  for (const { message } of repairs) counts.set(message, (counts.get(message) ?? 0) + 1)
  const told = [...counts]
    .slice(0, 5)
    .map(([message, count]) => (count === 1 ? message : `At ${count} places: ${message}`))
  if (counts.size > told.length) told.push(`And ${counts.size - told.length} more`)
  const count = repairs.length === 1 ? 'One problem was' : `${repairs.length} problems were`
  return warned(`${count} repaired while reading: other hosts may reject the ${what}`, toSentences(told))
}
