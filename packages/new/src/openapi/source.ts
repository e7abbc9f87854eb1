import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Refusal } from '../refusal.ts'

/** A document as it was found. */
export interface Source {
  text: string
  /** Where relative addresses in it lead to; undefined for a file. */
  url: string | undefined
  /** For people and for comparisons: without user name, password and query, which may be secret. */
  shown: string
}

const longestWait = 20_000
/** The reader refuses more than 5 MB, so that there is no need to read much more. */
const mostBytes = 6 * 2 ** 20
const mostRedirects = 5

/**
 * Reads the document from a file or a URL.
 * @throws Refusal
 */
export async function readSource(source: string): Promise<Source> {
  if (/^https?:\/\//i.test(source)) return readUrl(source)
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(source))
    throw new Refusal(`${source}: only http and https URLs and files can be read`)
  return readFile(source)
}

function readFile(source: string): Source {
  const refuse = (fault: string) => new Refusal(`${source}: ${fault}`)
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), source)
  try {
    const found = statSync(path)
    if (found.isDirectory()) throw refuse('this is a folder: name the file of the OpenAPI document in it')
    if (!found.isFile()) throw refuse('this is not a file')
    if (found.size > mostBytes) throw refuse(tooLong)
    return { text: decoded(readFileSync(path)), url: undefined, shown: source.replaceAll('\\', '/') }
  } catch (error) {
    if (error instanceof Refusal) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw refuse('there is no such file')
    throw refuse(code === 'EACCES' ? 'you may not read this file' : `it cannot be read (${code})`)
  }
}

const tooLong = 'the document is over 5 MB: keep only the operations that you need'

async function readUrl(source: string): Promise<Source> {
  const first = URL.parse(source)
  if (!first) throw new Refusal(`${source}: this is not a URL`)
  const shown = `${first.origin}${first.pathname}`
  const refuse = (fault: string) => new Refusal(`${shown}: ${fault}`)
  try {
    const signal = AbortSignal.timeout(longestWait)
    let url = first
    for (let redirects = 0; ; redirects++) {
      const answer = await fetch(withoutUser(url), {
        signal,
        redirect: 'manual',
        headers: { accept: 'application/json, application/yaml, text/yaml, */*;q=0.5', ...authorizationOf(url) },
      })
      const location = answer.headers.get('location')
      if (answer.status < 300 || answer.status > 399 || location === null) {
        if (!answer.ok) throw refuse(statusFault(answer.status))
        return { text: await readText(answer, refuse), url: withoutUser(url), shown }
      }
      await answer.body?.cancel()
      const next = URL.parse(location, url.href)
      if (!next || !/^https?:$/.test(next.protocol)) throw refuse('it redirects to something that is not a URL')
      if (redirects === mostRedirects) throw refuse(`it redirects more than ${mostRedirects} times`)
      url = next
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    if ((error as Error).name === 'TimeoutError')
      throw refuse(`it did not answer within ${longestWait / 1_000} seconds`)
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    throw refuse(`it cannot be reached (${code ?? message})`)
  }
}

function statusFault(status: number): string {
  if (status === 401 || status === 403)
    return `it asks for a sign-in (status ${status}): save the document to a file and name that`
  if (status === 404 || status === 410) return `there is nothing (status ${status}): check the address`
  return `it answered with status ${status}`
}

async function readText({ body }: Response, refuse: (fault: string) => Refusal): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > mostBytes) throw refuse(tooLong)
    chunks.push(chunk)
  }
  return decoded(Buffer.concat(chunks))
}

/** UTF-8, or UTF-16 where the file begins with its mark, as PowerShell writes it. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return bytes.toString('utf8')
}

function withoutUser(url: URL): string {
  const copy = new URL(url)
  copy.username = ''
  copy.password = ''
  return copy.href
}

const authorizationOf = ({ username, password }: URL): Record<string, string> =>
  username === ''
    ? {}
    : {
        authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      }
