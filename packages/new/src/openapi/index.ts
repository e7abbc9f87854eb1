import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthMode } from '../auth/auth-mode.ts'
import { changeAuth } from '../auth/change-auth.ts'
import { planFrame } from '../copy/plan-frame.ts'
import type { Name } from '../name.ts'
import type { Plan } from '../plan.ts'
import { Refusal } from '../refusal.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type Api, readApi } from './api.ts'
import { filesOf } from './files/all-files.ts'
import { keepTestsLocal } from './files/local-tests.ts'
import type { Facts } from './files/plugin-files.ts'
import { differences, type Snapshot, snapshotOf, snapshotPath } from './snapshot.ts'
import { readSource } from './source.ts'
import { titleIn } from './title.ts'

export interface OpenApiRequest {
  workspace: Workspace
  name: Name
  /** From `--title`; by default that of the document. */
  title: string | undefined
  port: number
  auth: AuthMode
  /** A file or a URL. */
  source: string
  /** Tags, paths or names of operations; by default all. */
  include: readonly string[]
  baseUrl: string | undefined
}

/**
 * Plans a plugin for the API that the document describes.
 * @throws Refusal
 */
export async function planOpenApi(request: OpenApiRequest): Promise<Plan> {
  const { workspace, name, port, include, baseUrl } = request
  const source = await readSource(request.source)
  const api = readApi(source, { name, include, baseUrl })
  const title = request.title ?? titleIn(api, name)
  const facts: Facts = { name, title, port }
  const plan = planFrame({ workspace, name, title, port })
  // It would call the API itself.
  plan.files.delete('test/fuzz.test.ts')
  const files = filesOf(api, facts, source.shown, include)
  for (const [path, text] of files) plan.files.set(path, text)
  // Every caller of the plugin acts with its secret, so it must not be open to everyone.
  const auth = request.auth === 'none' && api.credentials.length > 0 ? 'service' : request.auth
  if (auth !== 'none') changeAuth(plan, { workspace, name, title, auth })
  keepTestsLocal(plan, name)
  plan.notes.push(...notesOf(api, auth))
  return plan
}

/**
 * The differences between the document that the plugin was made from and the one that is there now.
 * @throws Refusal
 */
export async function compareOpenApi({ workspace, name, source, include, baseUrl }: OpenApiRequest): Promise<string[]> {
  const path = join(workspace.root, 'plugins', name.kebab, snapshotPath)
  if (!existsSync(path))
    throw new Refusal(
      `plugins/${name.kebab} exists and was not made by --openapi: choose another name, or remove the folder`,
    )
  const before = readSnapshot(path)
  const chosen = include.length > 0 ? include : before.include
  const found = await readSource(source)
  const api = readApi(found, { name, include: chosen, baseUrl: baseUrl ?? serverUnless(before, found.shown) })
  const lines = differences(before, snapshotOf(api, found.shown, chosen))
  if (lines.length === 0) return [`${found.shown} has what plugins/${name.kebab} was made from: nothing is different`]
  const end = `Nothing was written. Change the code of plugins/${name.kebab} where you want to follow.`
  return [...lines, end]
}

/** A document that names no server keeps the one that was given when the plugin was made. */
const serverUnless = ({ baseUrl }: Snapshot, shown: string): string | undefined =>
  /^https?:/.test(shown) ? undefined : baseUrl

function readSnapshot(path: string): Snapshot {
  try {
    const {
      include = [],
      baseUrl = '',
      operations = {},
      leftOut = {},
      source = '',
    } = JSON.parse(readFileSync(path, 'utf8'))
    return { include, baseUrl, operations, leftOut, source }
  } catch {
    throw new Refusal(`${path} is not valid JSON: restore it`)
  }
}

function notesOf({ credentials, leftOut, unknown }: Api, auth: AuthMode): string[] {
  return [
    ...credentials.map(({ variable, words }) => `Set ${variable}: ${words}.`),
    ...(credentials.length > 0 && auth === 'service'
      ? ['The plugin holds a secret of the API, so assistants need a token of the plugin (--auth service).']
      : []),
    ...unknown.map((scheme) => `The API has a way to sign in that the client does not know: ${scheme}.`),
    ...leftOut.map(({ route, reason }) => `Left out: ${route}: ${reason}.`),
  ]
}
