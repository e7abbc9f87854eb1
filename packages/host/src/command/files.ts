import { readFileSync, statSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import type { DocumentOperation } from '@reference-plugins/reader'
import { UsageError } from './command-context.ts'

/** Of all files of a call, in bytes. */
const mostBytes = 20 * 2 ** 20

/** The media types that servers are most often sent; others are application/octet-stream, as curl sends them. */
const types: Record<string, string> = {
  csv: 'text/csv',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  wav: 'audio/wav',
  webp: 'image/webp',
  xml: 'application/xml',
  zip: 'application/zip',
}

/**
 * The arguments with the files that the command names, as curl does: `-F photo=@cat.png;type=image/png`, or `@cat.png` as
 * the value of a file in the JSON. Only the command line does this: nobody else names files of this machine.
 * @param folder where relative paths begin
 * @throws UsageError
 */
export function withFiles(
  given: Record<string, unknown>,
  forms: readonly string[],
  { name: operation, target, input }: DocumentOperation,
  folder: string,
): Record<string, unknown> {
  const fields = target.kind === 'http' ? target.fields : []
  const isFile = (name: string) => fields.some((field) => field.name === name && field.file !== undefined)
  const reader = new FileReader(folder)
  const read = (value: unknown): unknown =>
    typeof value === 'string' && value.startsWith('@') ? reader.read(value.slice(1)) : value
  const all = Object.entries(given).map(([name, value]): [string, unknown] =>
    isFile(name) ? [name, Array.isArray(value) ? value.map(read) : read(value)] : [name, value],
  )
  const named = new Map<string, unknown[]>()
  for (const form of forms) {
    const [, typed, text] = /^([^=]+)=(.*)$/s.exec(form) ?? []
    if (typed === undefined || text === undefined)
      throw new UsageError(`-F ${form}: type it as curl does, such as -F photo=@cat.png`)
    const name = fields.find((field) => field.place === 'body' && field.wireName === typed)?.name ?? typed
    if (!Object.hasOwn((input.properties ?? {}) as object, name))
      throw new UsageError(`${operation} has no input ${typed}`)
    if (text.startsWith('@') && !isFile(name)) throw new UsageError(`${typed} of ${operation} is not a file`)
    named.set(name, [...(named.get(name) ?? []), read(text)])
  }
  const properties = (input.properties ?? {}) as Record<string, { type?: unknown }>
  const single = [...named].map(([name, values]): [string, unknown] =>
    values.length > 1 || properties[name]?.type === 'array' ? [name, values] : [name, values[0]],
  )
  return Object.fromEntries([...all, ...single])
}

/** Reads the files of one call. */
class FileReader {
  readonly #folder: string
  #bytes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @param typed a path, in quotes or not, with `;type=` and `;filename=` after it. @returns a data URL */
  read(typed: string): string {
    const [, path = '', options = ''] = /^("(?:[^"\\]|\\.)*"|.*?)((?:;(?:type|filename)=[^;]*)*)$/s.exec(typed) ?? []
    const file = resolve(this.#folder, path.startsWith('"') ? path.slice(1, -1).replaceAll(/\\(.)/g, '$1') : path)
    const option = (name: string) => new RegExp(`;${name}=([^;]*)`).exec(options)?.[1]?.replaceAll('"', '').trim()
    const type = option('type') ?? types[extname(file).slice(1).toLowerCase()] ?? 'application/octet-stream'
    if (!/^[\w.+-]+\/[\w.+-]+$/.test(type)) throw new UsageError(`${type} is not a media type, such as image/png`)
    const name = encodeURIComponent((option('filename') || basename(file)).toWellFormed())
    return `data:${type};name=${name};base64,${this.#contentOf(file).toString('base64')}`
  }

  #contentOf(file: string): Buffer {
    try {
      const stat = statSync(file)
      if (!stat.isFile()) throw new UsageError(`${file} is not a file`)
      this.#bytes += stat.size
      if (this.#bytes > mostBytes) throw new UsageError(`The files are larger than ${mostBytes / 2 ** 20} MiB`)
      return readFileSync(file)
    } catch (error) {
      if (error instanceof UsageError) throw error
      throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path`)
    }
  }
}
