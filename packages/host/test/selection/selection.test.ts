import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { DocumentRefused, readManifest, readSpec, toPluginDocument } from '@reference-plugins/reader'
import { mostNamed } from '../../src/conversation/prompt.ts'
import { countTokens } from '../../src/models/index.ts'
import { chooseOperations, type SelectedFrom, Selection } from '../../src/selection/index.ts'
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
        // Of some only an error page was kept in place of the spec: those have their words alone.
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

test('what fits the budget is put before the model whole', () => {
  const selection = new Selection()
  selection.update([made('a', 'Weather', 'Forecasts'), made('b', 'Stocks', 'Prices')])
  assert.deepEqual(selection.choose('nothing of the kind', [], ['a', 'b'], budget), ['a', 'b'])
  assert.deepEqual(selection.choose('weather', [], ['b'], budget), ['b'])
})

test('of many those come that fit, after those that were used, and never one that is not enabled', () => {
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

test('one that is too large leaves its place to the next, and what has changed is found anew', () => {
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

function measure(list: typeof requests): { tools: number; named: number; missed: string[] } {
  const selection = new Selection()
  selection.update(real)
  const titles = new Map(real.map(({ id, title }) => [id, title]))
  const known = new Set(titles.values())
  const ids = real.map(({ id }) => id)
  const isRight = (plugins: string[]) => (id: string) => plugins.includes(titles.get(id) ?? '')
  for (const { plugins } of list)
    assert.ok(
      plugins.some((plugin) => known.has(plugin)),
      `${plugins} is in the corpus`,
    )
  const tools = list.filter(({ text, plugins }) => selection.choose(text, [], ids, budget).some(isRight(plugins)))
  const missed = list.filter(
    ({ text, plugins }) => !selection.rank(text, ids).slice(0, mostNamed).some(isRight(plugins)),
  )
  return { tools: tools.length, named: list.length - missed.length, missed: missed.map(({ text }) => text) }
}

test('of hundreds of real plugins the right one is put before the model, for nine of ten requests', {
  skip: noCorpus,
}, (t) => {
  const [first, second] = [measure(requests.slice(0, 50)), measure(requests.slice(50))]
  for (const [half, found] of [
    ['first', first],
    ['second', second],
  ] as const)
    t.diagnostic(
      `of ${real.length} plugins, right in the ${half} half of the requests: ${found.tools} of 50 among the tools, ${found.named} of 50 with those that are named`,
    )
  t.diagnostic(`missed: ${[...first.missed, ...second.missed].join(' | ')}`)
  assert.ok(first.named + second.named >= 90)
})

test('a choice among a thousand takes less than 50 milliseconds, and no more of the prompt than among ten', {
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
  const times = requests.map(({ text }) => {
    const start = performance.now()
    const chosen = selection.choose(text, [], enabled, budget)
    assert.ok(chosen.reduce((sum, id) => sum + (tokens.get(id) ?? 0), 0) <= budget.tokens)
    return performance.now() - start
  })
  const sorted = times.toSorted((a, b) => a - b)
  t.diagnostic(`median ${sorted[50]?.toFixed(1)} ms, longest ${sorted.at(-1)?.toFixed(1)} ms`)
  assert.ok((sorted[50] ?? 0) < 500)
})

test('of a plugin that is too large alone those operations come that fit', () => {
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
