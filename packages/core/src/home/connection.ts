import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Connection } from '../connect/assistant.ts'
import type { HomeOptions } from './home-options.ts'

/** The files in which a plugin keeps the first token of development, beside its database. */
const tokenFiles = ['service-token', 'user-token', 'access-token']

/** The file that contains a token for trying things out. Undefined in production, and where there is none. */
export function tokenFile({ development, secretsFolder }: HomeOptions): string | undefined {
  if (!development || secretsFolder === undefined) return undefined
  return tokenFiles.map((name) => join(secretsFolder, name)).find((path) => existsSync(path))
}

/** What the steps for each assistant say about this plugin. */
export function toConnection(options: HomeOptions): Connection {
  const { plugin, publicUrl } = options
  const auth = plugin.auth.manifest(publicUrl)
  const isBasic = plugin.auth.securityScheme?.scheme === 'basic'
  const token = '$TOKEN'
  return {
    name: plugin.name,
    folder: basename(fileURLToPath(plugin.folder)),
    url: publicUrl,
    auth: auth.type,
    scope: auth.type === 'oauth' ? auth.scope : '',
    scheme: isBasic ? 'Basic' : 'Bearer',
    token: isBasic ? `$(printf ':%s' "${token}" | base64 -w 0)` : token,
  }
}

/** A text as one word of a POSIX shell. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
