import { readFile } from 'node:fs/promises'
import { type Document, toDocument } from '../documents.ts'
import type { HomeOptions } from './home-options.ts'
import { homePage } from './home-page.ts'
import type { Html } from './html.ts'
import { referenceFile, referencePage } from './reference-page.ts'

export interface HomeFile extends Document {
  headers: Record<string, string>
  /** Whether programs get another answer at this path. */
  isNegotiated: boolean
}

const ours = new URL('../../home/', import.meta.url)
const types: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }

/** Only the plugin's own scripts and styles, no inline ones, and no other host. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]

const pages: Record<string, (options: HomeOptions) => Html | undefined> = { '/': homePage, '/docs': referencePage }

const policies: Record<string, string> = {
  '/': [...pagePolicy, "require-trusted-types-for 'script'"].join('; '),
  // Swagger UI has its pictures in its style sheet, and its own sanitizer.
  '/docs': [...pagePolicy.filter((rule) => !rule.startsWith('img-src')), "img-src 'self' data:"].join('; '),
}

/** The page, the reference and their files, each made at its first request. They do not change while the process runs. */
export class HomeFiles {
  readonly #options: HomeOptions
  readonly #files = new Map<string, Promise<HomeFile | undefined>>()

  constructor(options: HomeOptions) {
    this.#options = options
  }

  async find(path: string): Promise<HomeFile | undefined> {
    const kept = this.#files.get(path)
    if (kept) return kept
    const made = this.#make(path)
    this.#files.set(path, made)
    // Neither a failure nor a path that somebody made up is kept.
    const file = await made.catch((error) => {
      this.#files.delete(path)
      throw error
    })
    if (!file) this.#files.delete(path)
    return file
  }

  async #make(path: string): Promise<HomeFile | undefined> {
    const page = pages[path]?.(this.#options)
    const found = page
      ? toDocument(path, 'text/html; charset=utf-8', page.text)
      : await readStatic(path, path.slice('/_page/'.length))
    const policy = policies[path]
    return (
      found && {
        ...found,
        headers: {
          'Cache-Control': this.#options.development ? 'no-cache' : 'public, max-age=300',
          'Cross-Origin-Resource-Policy': 'same-origin',
          ...(policy !== undefined && { 'Content-Security-Policy': policy }),
        },
        isNegotiated: page !== undefined,
      }
    )
  }
}

async function readStatic(path: string, name: string): Promise<Document | undefined> {
  const [, extension = ''] = /^[a-z-]+\.(js|css)$/.exec(name) ?? []
  const type = types[extension]
  if (type === undefined) return undefined
  try {
    return toDocument(path, type, await readFile(referenceFile(name) ?? new URL(name, ours)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
