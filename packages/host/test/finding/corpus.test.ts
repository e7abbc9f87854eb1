import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readManifest, readSpec, toPluginDocument } from '@reference-plugins/reader'
import { OperationFinder } from '../../src/finding/operation-finder.ts'
import type { Plugins, RegisteredPlugin } from '../../src/plugins/plugins.ts'
import { Selection } from '../../src/selection/selection.ts'
import type { Activations } from '../../src/sign-in/activations.ts'
import { corpusPlugins, noCorpus } from '../corpus.ts'
import { requests } from '../selection/requests.ts'

/** The plugins of the corpus as if one user had registered all of them. */
async function registeredPlugins(): Promise<RegisteredPlugin[]> {
  const registered: RegisteredPlugin[] = []
  for (const { name, manifest, spec } of corpusPlugins()) {
    if (spec === undefined) continue
    try {
      const read = readManifest(manifest, `https://${name}.example/.well-known/ai-plugin.json`)
      const found = await readSpec(spec, `https://${name}.example/openapi.yaml`)
      const document = toPluginDocument(read.manifest, found.spec, name)
      const plugin = { id: name, hash: name, owner: 'only', address: name, document, texts: {}, repairs: [] }
      registered.push({ ...plugin, clientId: undefined, verificationToken: '', trouble: undefined, registeredAt: '' })
    } catch {
      // It is not a plugin.
    }
  }
  return registered
}

test('of the plugins of the corpus, an operation of the right one is found by other words than its own', {
  skip: noCorpus,
  timeout: 300_000,
}, async (t) => {
  const all = await registeredPlugins()
  const finder = new OperationFinder({
    plugins: { allVisible: async () => all } as unknown as Plugins,
    activations: { all: async () => new Map() } as unknown as Activations,
    selection: new Selection(),
  })
  const titles = new Set(all.map(({ document }) => document.title))
  const asked = requests.filter(({ plugins }) => plugins.some((one) => titles.has(one)))
  const places: number[] = []
  for (const { text, plugins } of asked) {
    const found = await finder.find('only', text)
    places.push(found.findIndex(({ plugin }) => plugins.includes(plugin.title)))
    for (const { filled, operation } of found)
      for (const { name, quote } of filled) {
        assert.ok(
          quote.split(', ').every((part) => text.includes(part)),
          `${text}: ${operation.name} ${name} ${quote}`,
        )
      }
  }
  const within = (most: number) => places.filter((place) => place >= 0 && place < most).length
  t.diagnostic(
    `of ${all.length} plugins and ${asked.length} requests: first ${within(1)}, in three ${within(3)}, in eight ${within(8)}`,
  )
  assert.ok(within(8) >= asked.length * 0.7)
})
