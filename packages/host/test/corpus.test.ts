import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { openai, strictFaults } from '@reference-plugins/contract'
import { DocumentRefused, readManifest, readSpec, toPluginDocument, toTool } from '../src/documents/index.ts'
import { corpusPlugins, microsoftManifests, noCorpus } from './corpus.ts'

const longest = 2_000

/** What the tally of the corpus calls installable by shape, and a spec that is one. */
function isInstallable(manifest: string, spec: string): boolean {
  try {
    const { name_for_human, name_for_model, description_for_model, auth, api } = JSON.parse(
      manifest.replace(/^\ufeff/, ''),
    ) as Record<string, never>
    const named = [name_for_human, name_for_model, description_for_model].every(
      (one) => typeof one === 'string' && one !== '',
    )
    const { type, client_url, authorization_url } = (auth ?? {}) as Record<string, unknown>
    const isKnown =
      ['none', 'service_http', 'user_http'].includes(String(type)) ||
      (type === 'oauth' && Boolean(client_url) && Boolean(authorization_url))
    const { url } = (api ?? {}) as { url?: unknown }
    const isUrl =
      typeof url === 'string' &&
      (/^https?:\/\/[\w.-]+\.[a-z]{2,}/i.test(url) ||
        /^https?:\/\/(localhost|127\.0\.0\.1|\d+\.\d+\.\d+\.\d+)/.test(url) ||
        url.startsWith('/')) &&
      !/your|example|HOSTNAME|<|\$/i.test(url)
    return named && isKnown && isUrl && /(^|[\n{,\s])["']?(openapi|swagger)["']?\s*:/.test(spec.slice(0, 5_000))
  } catch {
    return false
  }
}

test('of real plugins that can be installed by their shape, 97 of 100 are, with tools for strict function calling', {
  skip: noCorpus,
  timeout: 300_000,
}, async (t) => {
  const connections: unknown[] = []
  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = function (this: net.Socket, ...given: never[]) {
    connections.push(given)
    return (connect as (...given: never[]) => net.Socket).apply(this, given)
  } as never
  const refused = new Map<string, string>()
  let [installable, registered, tools, slowest] = [0, 0, 0, 0]
  try {
    for (const { name, manifest, spec } of corpusPlugins()) {
      const isShaped = spec !== undefined && isInstallable(manifest, spec)
      if (isShaped) installable++
      const start = performance.now()
      try {
        const read = readManifest(manifest, `https://${name}.example/.well-known/ai-plugin.json`)
        if (spec === undefined) continue
        const found = await readSpec(spec, `https://${name}.example/openapi.yaml`, {
          url: `https://${name}.example/.well-known/ai-plugin.json`,
        })
        const document = toPluginDocument(read.manifest, found.spec, name)
        assert.ok(document.operations.length > 0)
        const names = new Set<string>()
        for (const operation of document.operations) {
          const tool = toTool(document, operation)
          assert.match(tool.name, /^[A-Za-z0-9_-]{1,64}$/)
          assert.ok(!names.has(tool.name), `${name}: ${tool.name} twice`)
          names.add(tool.name)
          assert.equal(tool.strict, true, `${name} ${tool.name}`)
          assert.deepEqual(strictFaults(tool.parameters, openai).refused, [], `${name} ${tool.name}`)
          tools++
        }
        if (isShaped) registered++
      } catch (error) {
        assert.ok(error instanceof DocumentRefused, `${name}: ${(error as Error).stack}`)
        assert.match(error.message, /^[A-Z].{15,}[.…!?]$/s, `${name}: ${error.message}`)
        if (isShaped) refused.set(name, error.message)
      }
      slowest = Math.max(slowest, performance.now() - start)
    }
  } finally {
    net.Socket.prototype.connect = connect
  }
  for (const [name, why] of refused) t.diagnostic(`${name}: ${why.slice(0, 200)}`)
  t.diagnostic(
    `${registered} of ${installable} are registered (${((100 * registered) / installable).toFixed(1)}%), with ${tools} tools; the slowest took ${Math.round(slowest)} ms`,
  )
  assert.deepEqual(connections, [])
  assert.ok(slowest < longest, `${slowest} ms`)
  assert.ok(registered / installable >= 0.97)
})

test('every manifest of Microsoft is told from a plugin’s', { skip: noCorpus }, () => {
  const manifests = microsoftManifests()
  assert.ok(manifests.length > 10)
  for (const { name, text } of manifests)
    assert.throws(
      () => readManifest(text, 'https://a.example/.well-known/ai-plugin.json'),
      (error) => error instanceof DocumentRefused && /Microsoft/.test(error.message),
      name,
    )
})
