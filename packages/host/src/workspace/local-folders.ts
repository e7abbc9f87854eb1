import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listOfAny, objectOf, type Schema } from '@reference-plugins/reader'

/** A plugin whose folder is beside this host. */
export interface Local {
  /** Of its folder. */
  name: string
  /** Its origin in development. */
  url: string
  /** As it was written for review. */
  manifest: { nameForModel: string; authType: string }
  folder: string
}

/** The user that a plugin with OAuth created for development. */
export interface DevelopmentUser {
  name: string
  password: string
}

const longest = 1_000_000

/** The plugins in a folder, by their generated manifests. What cannot be read is left out. */
export function localsIn(folder: string | undefined): Local[] {
  if (folder === undefined || !existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const manifest = readJson(join(folder, name, 'generated', 'ai-plugin.json'))
    const url = URL.parse(String(objectOf(manifest.api).url))
    if (!url) return []
    const nameForModel = String(manifest.name_for_model)
    const authType = String(objectOf(manifest.auth).type)
    return [{ name, url: url.origin, manifest: { nameForModel, authType }, folder: join(folder, name) }]
  })
}

/** The token that the plugin created for development: for all of its users, or of the user `developer`. */
export const tokenOf = ({ folder }: Local, file: 'service-token' | 'user-token'): string | undefined =>
  readText(join(folder, '.data', file))?.trim() || undefined

/** That of all users or of one, as the auth mode has it. */
export function developmentTokenOf(local: Local): string | undefined {
  const { authType } = local.manifest
  if (authType === 'service_http') return tokenOf(local, 'service-token')
  return authType === 'user_http' ? tokenOf(local, 'user-token') : undefined
}

export function developmentUserOf({ folder }: Local): DevelopmentUser | undefined {
  const { user: name, password } = readJson(join(folder, '.data', 'development.json'))
  return typeof name === 'string' && typeof password === 'string' ? { name, password } : undefined
}

/** Its conversation starters, which of the files for all auth modes only the one for Codex has. */
export function startersOf({ folder }: Local): string[] {
  const { interface: shown } = readJson(join(folder, 'generated', 'agent-plugin', '.codex-plugin', 'plugin.json'))
  return listOfAny(objectOf(shown).defaultPrompt).flatMap((text) =>
    typeof text === 'string' && text.trim() !== '' ? [text.trim().slice(0, 200)] : [],
  )
}

/** The text of its recorded conversation. */
export const exampleOf = ({ folder }: Local): string | undefined => readText(join(folder, 'conversation.md'))

/** An object in a file; empty if there is none. */
function readJson(path: string): Schema {
  try {
    return objectOf(JSON.parse(readText(path) ?? ''))
  } catch {
    return {}
  }
}

function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    return text.length <= longest ? text : undefined
  } catch {
    return undefined
  }
}
