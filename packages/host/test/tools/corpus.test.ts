import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import {
  DocumentRefused,
  domainFaults,
  openai,
  readManifest,
  readSpecNow,
  strictFaults,
  toPluginDocument,
} from '@reference-plugins/reader'
import { load } from 'js-yaml'
import { toNamespace } from '../../src/tools/namespace.ts'
import { toTool } from '../../src/tools/tool.ts'
import { offline } from './offline.ts'

// Real documents, which are not part of this repository.
const corpus = process.env.CORPUS ?? resolve(import.meta.dirname, '../../../../../shared/corpus')
const skip = existsSync(join(corpus, 'plugins')) ? false : `there is no corpus at ${corpus}; set CORPUS`

interface Case {
  folder: string
  url: string
  manifest: string
  spec?: string
}

function cases(kind: string): Case[] {
  const root = join(corpus, kind)
  return readdirSync(root).map((folder) => {
    const specFile = ['openapi.yaml', 'openapi.json'].map((name) => join(root, folder, name)).find(existsSync)
    // The store keeps several plugins of a host in folders that are called HOST__NAME.
    const host = folder.startsWith('gh-') || kind !== 'plugins' ? undefined : folder.replace(/__.*$|~\d+$/g, '')
    const manifest = readFileSync(join(root, folder, 'ai-plugin.json'), 'utf8')
    return {
      folder,
      url: `https://${host ?? hostOfSpec(manifest)}/.well-known/ai-plugin.json`,
      manifest,
      ...(specFile && { spec: readFileSync(specFile, 'utf8') }),
    }
  })
}

/** Of a file in a repository it is not known where it was served; most likely where its spec is. */
const hostOfSpec = (manifest: string): string =>
  URL.parse(/"url":\s*"(https?:[^"]+)"/.exec(manifest)?.[1] ?? '')?.hostname || 'plugin.test'

/** The corpus' own measure, read without any of the code under test. */
function isInstallable(manifest: string): boolean {
  try {
    const value = JSON.parse(manifest)
    const texts = ['name_for_human', 'name_for_model', 'description_for_human', 'description_for_model']
    return (
      texts.every((name) => typeof value[name] === 'string' && value[name].trim() !== '') &&
      ['none', 'service_http', 'user_http', 'oauth'].includes(value.auth?.type) &&
      /^(https?:\/\/[^<{$]+$|\/)/.test(value.api?.url)
    )
  } catch {
    return false
  }
}

const isOpenApi = (spec: string): boolean =>
  !/^\s*</.test(spec) && /^\s*["']?(openapi|swagger|paths)["']?\s*:/m.test(spec) && /["']?paths["']?\s*:/.test(spec)

/** The operations that a spec describes, at most 100, counted without any of the code under test. */
function describedIn(spec: string): number {
  const { paths } = loadYaml(spec.replaceAll('\t', '  ')) as { paths?: Record<string, object> }
  const operations = Object.values(paths ?? {}).flatMap((item) =>
    Object.keys(item ?? {}).filter((method) => /^(get|post|put|patch|delete)$/.test(method)),
  )
  return Math.min(operations.length, 100)
}

const loadYaml = (text: string): unknown => {
  try {
    return text.startsWith('{') ? JSON.parse(text) : load(text, { json: true })
  } catch {
    return {}
  }
}

// Another machine may be slower, and busy. None takes a hundredth of it here.
const longestTime = 20_000

test('the plugins of the corpus that can be installed give tools that strict function calling takes', {
  skip,
}, (t) => {
  const counts = { installable: 0, 'with a spec': 0, registered: 0, described: 0, operations: 0, tools: 0 }
  const failures: string[] = []
  let slowest = 0
  for (const { folder, url, manifest, spec } of cases('plugins')) {
    if (!isInstallable(manifest)) continue
    counts.installable++
    if (spec === undefined || !isOpenApi(spec)) continue
    counts['with a spec']++
    const start = performance.now()
    try {
      const document = offline(() => {
        const read = readManifest(manifest, url).manifest
        return toPluginDocument(read, readSpecNow(spec, read.specUrl, read.url).spec, url)
      })
      domainFaults(url, document)
      assert.ok(toNamespace(document).length > 0)
      counts.described += describedIn(spec)
      counts.operations += document.operations.length
      const names = new Set<string>()
      for (const operation of document.operations)
        for (const style of ['openai', 'anthropic'] as const) {
          const tool = toTool(document, operation, style)
          const { refused, lost } = strictFaults(tool.parameters, openai)
          assert.deepEqual(
            { strict: tool.strict, refused, lost: style === 'openai' ? lost : [] },
            { strict: true, refused: [], lost: [] },
          )
          assert.match(tool.name, /^[A-Za-z0-9_-]{1,64}$/)
          names.add(tool.name)
        }
      assert.equal(names.size, document.operations.length)
      counts.tools += names.size
      counts.registered++
    } catch (error) {
      assertRefusal(error, folder)
      failures.push(`${folder}: ${error.message}`)
    }
    slowest = Math.max(slowest, performance.now() - start)
  }
  t.diagnostic(`${JSON.stringify(counts)}, the slowest ${slowest.toFixed()} ms`)
  for (const failure of failures) t.diagnostic(failure)
  assert.ok(counts['with a spec'] > 200)
  assert.ok(counts.registered / counts['with a spec'] >= 0.97, failures.join('\n'))
  // The one spec with more than 100 operations is cut there.
  assert.ok(counts.operations >= counts.described - 2, 'operations are lost')
  assert.ok(slowest < longestTime)
})

test('every manifest of the corpus that can be installed is read, whether its spec is there or not', { skip }, (t) => {
  const failures: string[] = []
  let installable = 0
  for (const { folder, url, manifest } of cases('plugins')) {
    if (!isInstallable(manifest)) continue
    installable++
    try {
      readManifest(manifest, url)
    } catch (error) {
      assert.ok(error instanceof DocumentRefused, folder)
      failures.push(`${folder}: ${error.message}`)
    }
  }
  t.diagnostic(`${installable} can be installed, ${failures.length} were refused`)
  for (const failure of failures) t.diagnostic(failure)
  // What is refused leads nowhere, or has a sign-in that leads nowhere.
  for (const failure of failures) assert.match(failure, /placeholder|authorization_url|nothing to call/)
  assert.ok(failures.length / installable < 0.03)
})

function assertRefusal(error: unknown, folder: string): asserts error is DocumentRefused {
  assert.ok(error instanceof DocumentRefused, `${folder}: ${(error as Error).stack}`)
  assert.match(error.message, /^[A-Z].{20,700}[.!…]$/s, folder)
  assert.ok(!/[\p{Cc}\p{Cf}]/u.test(error.message), folder)
}

test('whatever else is in the corpus is refused with a sentence that names the cause', { skip }, (t) => {
  let refused = 0
  const others = cases('plugins').filter(
    ({ manifest, spec }) => !isInstallable(manifest) || spec === undefined || !isOpenApi(spec),
  )
  for (const { folder, url, manifest, spec } of [...others, ...cases('m365')])
    for (const read of [
      (): unknown => readManifest(manifest, url),
      (): unknown => spec !== undefined && readSpecNow(spec, new URL('/openapi.yaml', url).href, url),
    ]) {
      const start = performance.now()
      try {
        offline(read)
      } catch (error) {
        refused++
        assertRefusal(error, folder)
      }
      assert.ok(performance.now() - start < longestTime, folder)
    }
  t.diagnostic(`${refused} documents were refused`)
  assert.ok(refused > 50)
})

test('a manifest of Microsoft 365 is told from one of ChatGPT, and its spec is named', { skip }, () => {
  for (const { folder, url, manifest } of cases('m365'))
    assert.throws(
      (): unknown => readManifest(manifest, url),
      ({ name, message }: Error) => name === 'DocumentRefused' && /Microsoft 365/.test(message),
      folder,
    )
})
