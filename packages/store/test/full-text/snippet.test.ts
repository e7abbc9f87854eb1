import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snippetOf } from '../../src/index.ts'

test('a snippet shows the first place, and is well-formed', () => {
  const text = `${'🥛'.repeat(100)} needle ${'🥛'.repeat(100)}`
  const snippet = snippetOf(text, 'Needle')
  assert.ok(snippet.includes('needle') && snippet.isWellFormed() && snippet.length < 200)
  assert.equal(snippetOf('short\n\ttext', 'x'), 'short text')
})

for (const [query, shown] of [
  ['creme', 'Crème brûlée'],
  ['STRASSE', 'die Straße'],
  ['图书馆', '去图书\n馆吧'],
  ['ขนมปัง', 'ซื้อขนมปังที่'],
  ['كتابا', 'قرأت كِتَابًا'],
  ['bread milk', 'the Milk'],
  ['langu', 'another language'],
] as const)
  test(`a snippet for ${query} shows it in a long text`, () => {
    for (const filler of ['straw ', 'ßtraw ', '草', 'ſtràw '].map((one) => one.repeat(700))) {
      const snippet = snippetOf(`${filler}${shown} ${filler}`, query)
      assert.ok(snippet.includes(shown.replaceAll('\n', ' ')), snippet)
      assert.ok(snippet.startsWith('…') && snippet.endsWith('…') && snippet.length < 200)
    }
  })

test('a snippet for words that are not in the text is its beginning', () => {
  for (const query of ['walrus', '', '"', 'raw', '馆图'])
    assert.match(snippetOf(`${'straw 图书馆 '.repeat(50)}`, query), /^straw/)
})
