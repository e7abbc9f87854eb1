import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { DocumentRefused, readManifest, readSpec, toPluginDocument } from '@reference-plugins/reader'
import { mostNamed } from '../../src/conversation/prompt.ts'
import { countTokens } from '../../src/models/tokens.ts'
import { chooseOperations } from '../../src/selection/operations.ts'
import { type SelectedFrom, Selection } from '../../src/selection/selection.ts'
import { corpusPlugins, noCorpus } from '../corpus.ts'
import { requests } from './requests.ts'

const budget = { tokens: 8_000, operations: 100, plugins: 24 }
const real: SelectedFrom[] = []
before(async () => {
  if (noCorpus) return
  for (const { name, manifest, spec } of corpusPlugins()) {
    try {
      const read = readManifest(manifest, `https://${name}.example/.well-known/ai-plugin.json`).manifest
      const { operations } = await readSpec(spec ?? '', `https://${name}.example/openapi.yaml`).then(
        ({ spec: document }) => toPluginDocument(read, document, name),
        // For some plugins the corpus has an error page in place of the spec: those are found by their texts alone.
        () => ({ operations: [] }),
      )
      const tokens = operations.reduce(
        (sum, { description, input }) => sum + countTokens(description) + countTokens(JSON.stringify(input)),
        0,
      )
      real.push({
        ...read,
        id: name,
        version: '1',
        operations,
        shown: Math.min(30, operations.length),
        tokens: Math.min(3_000, tokens),
      })
    } catch (error) {
      assert.ok(error instanceof DocumentRefused, String(error))
    }
  }
})

const made = (id: string, title: string, descriptionForModel: string, tokens = 100): SelectedFrom => ({
  id,
  version: '1',
  title,
  name: title.toLowerCase(),
  descriptionForHuman: descriptionForModel,
  descriptionForModel,
  operations: [{ name: 'read', title: 'Read', description: 'Reads' }],
  shown: 1,
  tokens,
})

test('the model gets all plugins if they fit the budget', () => {
  const selection = new Selection()
  selection.update([made('a', 'Weather', 'Forecasts'), made('b', 'Stocks', 'Prices')])
  assert.deepEqual(selection.choose('nothing of the kind', [], ['a', 'b'], budget), ['a', 'b'])
  assert.deepEqual(selection.choose('weather', [], ['b'], budget), ['b'])
})

test('of many plugins the model gets those that were used, then those that fit, and none that is not enabled', () => {
  const selection = new Selection()
  const many = Array.from({ length: 50 }, (_, index) =>
    made(`p${index}`, `Thing ${index}`, `Knows everything about subject${index}`),
  )
  selection.update([
    ...many,
    made('w', 'Weather', 'Forecasts of rain and sun'),
    made('x', 'Other weather', 'Forecasts'),
  ])
  const enabled = [...many.map(({ id }) => id), 'w']
  assert.deepEqual(selection.choose('Will it rain tomorrow?', ['p7'], enabled, { ...budget, plugins: 2 }), ['p7', 'w'])
  const chosen = selection.choose('What do the forecasts say?', [], enabled, { ...budget, plugins: 3 })
  assert.equal(chosen[0], 'w')
  assert.ok(!chosen.includes('x'))
})

test('a plugin that is too large is skipped, and a changed plugin is indexed again', () => {
  const selection = new Selection()
  const many = Array.from({ length: 20 }, (_, index) => made(`p${index}`, `Thing ${index}`, 'Nothing'))
  selection.update([...many, made('big', 'Train times', 'Trains', 9_000), made('small', 'Train fares', 'Trains', 100)])
  const enabled = [...many.map(({ id }) => id), 'big', 'small']
  const choose = (text: string) => selection.choose(text, [], enabled, { ...budget, plugins: 5 })
  assert.equal(choose('train')[0], 'small')
  assert.ok(!choose('train').includes('big'))
  selection.update([{ ...made('small', 'Boats', 'Ferries'), version: '2' }])
  assert.equal(choose('ferry')[0], 'small')
  selection.remove('small')
  assert.ok(!choose('ferry').includes('small'))
})

test('of hundreds of real plugins the model gets the right one, for nine of ten requests', {
  skip: noCorpus,
}, (t) => {
  const selection = new Selection()
  selection.update(real)
  const titles = new Map(real.map(({ id, title }) => [id, title]))
  const known = new Set(titles.values())
  const ids = real.map(({ id }) => id)
  const found = { tools: [0, 0], named: [0, 0] } satisfies Record<string, [number, number]>
  const missed: string[] = []
  for (const [index, { text, plugins }] of requests.entries()) {
    assert.ok(
      plugins.some((plugin) => known.has(plugin)),
      `${plugins} is in the corpus`,
    )
    const half = index < 50 ? 0 : 1
    const isRight = (id: string) => plugins.includes(titles.get(id) ?? '')
    // Those that are named follow the tools, so ranking again is for the others.
    const isTool = selection.choose(text, [], ids, budget).some(isRight)
    if (isTool) found.tools[half]++
    if (isTool || selection.rank(text, ids).slice(0, mostNamed).some(isRight)) found.named[half]++
    else missed.push(text)
  }
  for (const half of [0, 1] as const)
    t.diagnostic(
      `of ${real.length} plugins, right in half ${half + 1} of the requests: ${found.tools[half]} of 50 among the tools, ${found.named[half]} of 50 with those that are named`,
    )
  t.diagnostic(`missed: ${missed.join(' | ')}`)
  assert.ok(found.named[0] + found.named[1] >= 90)
})

test('a choice among a thousand plugins stays within the budget', {
  skip: noCorpus,
}, (t) => {
  const selection = new Selection()
  const thousand = Array.from({ length: 1_000 }, (_, index) => {
    const plugin = real[index % real.length] as SelectedFrom
    return { ...plugin, id: `${plugin.id}-${index}` }
  })
  selection.update(thousand)
  const enabled = thousand.map(({ id }) => id)
  const tokens = new Map(thousand.map((one) => [one.id, one.tokens]))
  const some = requests.filter((_, index) => index % 10 === 0)
  const start = performance.now()
  for (const { text } of some) {
    const chosen = selection.choose(text, [], enabled, budget)
    assert.ok(chosen.reduce((sum, id) => sum + (tokens.get(id) ?? 0), 0) <= budget.tokens)
  }
  t.diagnostic(`a choice takes ${((performance.now() - start) / some.length).toFixed(1)} ms`)
})

test('of a plugin that is too large on its own the model gets the operations that fit', () => {
  const operations = Array.from({ length: 100 }, (_, index) => ({
    name: `get${index}`,
    title: `Get ${index}`,
    description: index === 70 ? 'Forecasts of rain' : 'Nothing',
  }))
  const chosen = chooseOperations(operations, 'Will it rain?', { tokens: 50, operations: 5 }, () => 10)
  assert.deepEqual(
    chosen.map(({ name }) => name),
    ['get0', 'get1', 'get2', 'get3', 'get70'],
  )
  assert.equal(chooseOperations(operations, 'x', { tokens: 5, operations: 5 }, () => 10).length, 1)
  assert.equal(chooseOperations(operations.slice(0, 4), 'x', { tokens: 50, operations: 5 }, () => 10).length, 4)
})
