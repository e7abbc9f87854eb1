import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readManifest, readSpec, toPluginDocument } from '@reference-plugins/reader'
import type { Browser } from 'playwright-core'
import { buildPage } from '../src/page/build.ts'
import { page as servePage } from '../src/page/page.ts'
import type { Conversation, FoundOperation, PluginSummary, Prompt, Starter } from '../src/wire.ts'
import { corpusPlugins, noCorpus } from './corpus.ts'
import { type ServedHost, serveHost } from './fixture.ts'
import { closeBrowser, noBrowser, openBrowser, openPage } from './page/chromium.ts'

let served: ServedHost
let browser: Browser
before(async () => {
  if (noCorpus) return
  served = await serveHost({}, noBrowser ? undefined : servePage(await buildPage()))
  const real = []
  for (const { name, manifest, spec } of corpusPlugins()) {
    if (spec === undefined || real.length === 100) continue
    try {
      const read = readManifest(manifest, `https://${name}.example/.well-known/ai-plugin.json`)
      const found = await readSpec(spec, `https://${name}.example/openapi.yaml`)
      real.push({ document: toPluginDocument(read.manifest, found.spec, name), manifest, spec })
    } catch {}
  }
  const { plugins, database } = served.host
  for (let index = 0; index < 1_000; index++) {
    const { document, manifest, spec } = real[index % real.length] as (typeof real)[number]
    const texts = { manifest, spec }
    await plugins.add(
      `plugin-${index}`,
      'only',
      { address: `${index}.example`, document, texts, repairs: [] },
      { clientId: undefined, verificationToken: 'x' },
    )
  }
  await database.run`INSERT INTO activation (user_id, plugin, at, state) SELECT owner, id, '', 'active' FROM plugin`
  if (!noBrowser) browser = await openBrowser()
})
after(async () => {
  if (!noBrowser) await closeBrowser()
  await served?.close()
})

test('with a thousand plugins the prompt stays within its budget', {
  skip: noCorpus,
  timeout: 120_000,
}, async (t) => {
  const api = served.browser()
  const all = await api.get<PluginSummary[]>('/api/plugins')
  assert.equal(all.length, 1_000)
  const { id } = await api.send<Conversation>('POST', '/api/conversations', { plugins: all.map((one) => one.id) })
  const start = performance.now()
  const prompt = await api.get<Prompt>(
    `/api/conversations/${id}/prompt?text=${encodeURIComponent('Find tickets for a concert in Chicago')}`,
  )
  t.diagnostic(`the prompt is made in ${Math.round(performance.now() - start)} ms`)
  // The budget covers the description and the input of a tool, and nothing else of it.
  assert.ok(prompt.tokens.tools <= 12_000, `${prompt.tokens.tools} tokens`)
  assert.ok(prompt.tools.length > 0 && prompt.leftOut.length > 900)
})

test('with a thousand plugins operations are found while one types, and each plugin may be among them', {
  skip: noCorpus,
  timeout: 120_000,
}, async (t) => {
  const api = served.browser()
  const times: number[] = []
  for (const text of ['Find tickets', 'Find tickets for a concert', 'Find tickets for a concert in Chicago']) {
    const start = performance.now()
    const found = await api.get<FoundOperation[]>(`/api/operations?text=${encodeURIComponent(text)}`)
    times.push(Math.round(performance.now() - start))
    assert.ok(found.length > 0 && found.length <= 8)
  }
  t.diagnostic(`found in ${times.join(', ')} ms`)
  assert.ok((await api.get<Starter[]>('/api/starters')).length <= 72)
})

test('with a thousand plugins the page shows the first ones, and the one that is searched for', {
  skip: noCorpus || noBrowser,
  timeout: 120_000,
}, async (t) => {
  const { page } = await openPage(browser)
  const start = performance.now()
  await page.goto(`${served.url}/plugins`)
  await page.locator('.tile').nth(40).waitFor()
  const shown = performance.now()
  const [plugin] = await served.browser().get<PluginSummary[]>('/api/plugins')
  const title = plugin?.title ?? ''
  await page.getByLabel('Search plugins').pressSequentially(title)
  await page.waitForFunction('document.querySelectorAll(".tile").length < 50')
  t.diagnostic(`the list takes ${Math.round(shown - start)} ms, a search ${Math.round(performance.now() - shown)} ms`)
  assert.ok((await page.locator('.tile', { hasText: title }).count()) > 0)
})
