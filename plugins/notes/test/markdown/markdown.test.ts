import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromMarkdown, type MarkdownFile, toMarkdown } from '../../src/markdown/markdown.ts'

test('a file that is written can be read back', () => {
  const times = { createdAt: '2026-01-02T03:04:05.000Z', updatedAt: '2026-02-03T04:05:06.000Z' }
  for (const file of [
    { title: 'Milk', text: 'Buy *milk*.\n', tags: ['shop', 'to do'], ...times },
    { title: 'key: "value" # no comment', text: '---\nnot: front matter\n---\n', tags: ['a,b', '1'], ...times },
    { title: '牛乳 🥛', text: '', tags: [], createdAt: undefined, updatedAt: undefined },
  ] satisfies MarkdownFile[])
    assert.deepEqual(fromMarkdown('other.md', toMarkdown(file)), file)
})

test('the title comes from the front matter, the first heading or the file name', () => {
  const title = (content: string) => fromMarkdown('shopping.md', content).title
  assert.equal(title('---\ntitle: List\n---\n# Heading\n'), 'List')
  assert.equal(title('Text\n# Heading\n'), 'Heading')
  assert.equal(title('Text\n'), 'shopping')
  assert.equal(title(`# ${'x'.repeat(300)}`), 'x'.repeat(200))
})

test('tags are read in every common form', () => {
  const tags = (yaml: string) => fromMarkdown('a.md', `---\ntags: ${yaml}\n---\n`).tags
  assert.deepEqual(tags('[a, "#b", 7]'), ['a', 'b', '7'])
  assert.deepEqual(tags('a, b c'), ['a', 'b c'])
  assert.deepEqual(tags('a b'), ['a', 'b'])
  assert.equal(tags(JSON.stringify(Array.from({ length: 50 }, (_, n) => `t${n}`))).length, 20)
})

test('front matter with other members, or that cannot be read, stays in the text', () => {
  for (const front of ['title: a\naliases: [b]', 'a: [', '- a list', 'a: &a [*a]']) {
    const content = `---\n${front}\n---\ntext`
    assert.equal(fromMarkdown('a.md', content).text, content)
  }
})
