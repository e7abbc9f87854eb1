import {
  DocumentRefused,
  type ManifestRead,
  type Repair,
  readManifest,
  readSpec,
  type SpecRead,
} from '@reference-plugins/reader'
import { fetchDocument } from './reach.ts'
import { whyStatus } from './reasons.ts'
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

/** The steps `spec`, `read spec` and `check spec`. @param typed the spec, if the user typed its URL */
export async function specSteps(
  reading: Reading,
  typed: Fetched | undefined,
  manifest: ReadDocument<ManifestRead> | undefined,
): Promise<ReadDocument<SpecRead>> {
  const { steps } = reading
  const { url, text } = await steps.run('spec', async () =>
    check('spec', typed ?? (await fetchSpec(reading, manifest))),
  )
  const read = await steps.run('read spec', () =>
    parse('spec', text, () => readSpec(text, url, manifest && { url: manifest.url })),
  )
  await steps.run('check spec', () => judge('spec', read.repairs))
  return { url, text, read }
}

async function fetchSpec(
  { trace, token }: Reading,
  manifest: ReadDocument<ManifestRead> | undefined,
): Promise<Fetched> {
  const url = manifest?.read.manifest.specUrl ?? ''
  const fetched = await fetchDocument(trace, url)
  const isOwn = manifest !== undefined && new URL(url).origin === new URL(manifest.url).origin
  // Some developers protect the spec with the token of their API.
  return fetched.status === 401 && token !== undefined && isOwn
    ? fetchDocument(trace, url, { authorization: `Bearer ${token}` })
    : fetched
}

function check(what: 'manifest' | 'spec', fetched: Fetched): Passed<Fetched> {
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
  const told = repairs.slice(0, 5).map(({ message }) => message)
  const more = repairs.length > told.length ? `, and ${repairs.length - told.length} more` : ''
  const count = repairs.length === 1 ? 'One problem was' : `${repairs.length} problems were`
  return warned(`${count} repaired while reading: other hosts may reject the ${what}`, `${told.join('. ')}${more}`)
}
