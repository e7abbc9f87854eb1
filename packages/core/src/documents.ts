import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Scalar, visit, Document as YamlDocument } from 'yaml'
import { toManifest } from './manifest.ts'
import { toSpec } from './openapi.ts'
import type { Plugin } from './plugin.ts'

/** A document that never changes while the process runs. */
export interface Document {
  path: string
  /** Without a charset: one assistant reads JSON only if the type is exactly application/json. */
  type: string
  body: Buffer
  etag: string
}

/** The manifest and the specs, by file name. */
export function documentFiles(plugin: Plugin, publicUrl: string): Record<string, string> {
  const spec = toSpec(plugin, publicUrl, '3.1.0')
  return {
    'ai-plugin.json': json(toManifest(plugin, publicUrl)),
    'openapi.json': json(spec),
    'openapi.yaml': yaml(spec),
    'openapi-3.0.json': json(toSpec(plugin, publicUrl, '3.0.3')),
  }
}

export async function toDocuments(plugin: Plugin, publicUrl: string): Promise<Document[]> {
  const files = documentFiles(plugin, publicUrl)
  return [
    toDocument('/.well-known/ai-plugin.json', 'application/json', files['ai-plugin.json'] as string),
    toDocument('/openapi.json', 'application/json', files['openapi.json'] as string),
    toDocument('/openapi.yaml', 'application/yaml', files['openapi.yaml'] as string),
    toDocument('/openapi-3.0.json', 'application/json', files['openapi-3.0.json'] as string),
    toDocument('/logo.png', 'image/png', await readFile(new URL('logo.png', plugin.folder))),
    toDocument('/legal', 'text/html; charset=utf-8', await readFile(new URL('legal.html', plugin.folder))),
  ]
}

/** The page that OpenAI reads before it lists an app: only the token, without a line break. */
export const challengeDocument = (token: string): Document =>
  toDocument('/.well-known/openai-apps-challenge', 'text/plain', token)

/** YAML 1.1 reads a bare yes or 12:30 as a boolean or a number, YAML 1.2 a bare 0o14, so such texts are quoted. */
function yaml(value: unknown): string {
  const document = new YamlDocument(value, { version: '1.1', aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && !/^[A-Za-z$/]|^\d+\.\d+\.\d+$/.test(scalar.value))
        scalar.type = Scalar.QUOTE_DOUBLE
    },
  })
  return document.toString({ lineWidth: 0 })
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

export function toDocument(path: string, type: string, content: string | Buffer): Document {
  const body = Buffer.from(content)
  return { path, type, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` }
}
