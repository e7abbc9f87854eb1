import assert from 'node:assert/strict'
import { test } from 'node:test'
import { character } from '@reference-plugins/testing/fuzz'
import fc from 'fast-check'
import { fromMarkdown } from '../../src/markdown/markdown.ts'

const read = (content: string) => fromMarkdown('a.md', content)

test('front matter is found however it is closed', () => {
  const want = { title: 'Soup', text: 'x', tags: ['a'], createdAt: '2024-01-05T00:00:00.000Z', updatedAt: undefined }
  const yaml = 'title: Soup\ntags: [a]\ncreated: 2024-01-05'
  for (const content of [
    `---\n${yaml}\n---\nx`,
    `---\n${yaml}\n---\n\nx`,
    `---  \n${yaml}\n--- \t\nx`,
    `---\n${yaml}\n...\nx`,
    `---\n${yaml}\n---\n\nx`.replaceAll('\n', '\r\n'),
    '+++\ntitle = "Soup"\ntags = ["a"]\ncreated = 2024-01-05\n+++\nx',
    "+++ \r\ntitle = 'Soup'\r\ntags = ['a']\r\ncreated = '2024-01-05'\r\n+++\t\r\nx",
  ])
    assert.deepEqual(read(content), want, content)
  assert.deepEqual(read(`---\n${yaml}\n---`), { ...want, text: '' })
})

test('tags are read in every common form', () => {
  const tags = (yaml: string) => read(`---\ntags: ${yaml}\n---\n`).tags
  assert.deepEqual(tags('[a, "#b", 7]'), ['a', 'b', '7'])
  assert.deepEqual(tags('a, b c'), ['a', 'b c'])
  assert.deepEqual(tags('a b'), ['a', 'b'])
  assert.deepEqual(tags('"#a #b/c"'), ['a', 'b/c'])
  assert.deepEqual(tags('\n  - project/2024\n  - "#home"\n  - 1.10\n  - yes'), ['project/2024', 'home', '1.10', 'yes'])
  assert.deepEqual(tags('\n- a\n- b'), ['a', 'b'])
  assert.deepEqual(tags('[a, a, "#a"]'), ['a'])
  assert.equal(tags(JSON.stringify(Array.from({ length: 50 }, (_, n) => `t${n}`))).length, 20)
  assert.deepEqual(read('---\nTags: [a]\nTitle: b\n---\n').tags, ['a'])
  assert.deepEqual(read('---\ntag: a\n---\n').tags, ['a'])
})

test('values stay as they were written', () => {
  const title = (yaml: string) => read(`---\ntitle: ${yaml}\n---\n`).title
  assert.equal(title('1.10'), '1.10')
  assert.equal(title('0x10'), '0x10')
  assert.equal(title('yes'), 'yes')
  assert.equal(title('2024-01-05'), '2024-01-05')
  assert.equal(title('"null"'), 'null')
  assert.equal(title('null'), 'a')
  assert.equal(title('>\n  Two\n  lines'), 'Two lines')
  assert.equal(title("It's: no # comment").startsWith('a'), true)
})

test('front matter that is not understood completely stays in the text', () => {
  for (const front of [
    ...[
      'title: a\naliases: [b]',
      'a: [',
      'a: &a [*a]',
      'title: a\ntitle: b',
      'title: a # a comment',
      '# a comment\ntitle: a',
    ],
    ...[
      'created: 05.01.2024',
      'created: 20240105',
      'created: 2024-02-30',
      'created: [2024-01-05]',
      'updated: yesterday',
    ],
    ...['created: 2024-01-05 10:00', 'date: 2024-01-05', 'lastmod: 2024-01-05', 'title: {{title}}', 'title: [a]'],
    ...[
      'tags:\n  - #garden\n  - #soil',
      'tags: #garden',
      'tags:\n  area: garden',
      'tags: [[a]]',
      'tags: [{a: b}]',
      'tags: [a, null]',
    ],
    ...[`tags: [${'x'.repeat(41)}]`, `tags: [${Array.from({ length: 21 }, (_, n) => n)}]`, `title: ${'x'.repeat(201)}`],
    ...[
      'title: !!binary aGk=',
      'title: |\n  two\n  lines',
      '? [a]\n: b',
      'title: a\n? b',
      '"": a',
      'title: a\ntag: b\ntags: [c]',
    ],
  ]) {
    const content = `---\n${front}\n---\ntext`
    assert.equal(read(content).text, content, front)
  }
  for (const front of [
    'title = "a" # a comment',
    'draft = true',
    'title = 1',
    'tags = [1]',
    'title = ',
    '[params]\na = 1',
  ]) {
    const content = `+++\n${front}\n+++\ntext`
    assert.equal(read(content).text, content, front)
  }
  assert.deepEqual(read('+++\ndate = 2024-01-05T10:00:00+09:00\ntags = ["a"]\ndraft = true\n+++\n').tags, ['a'])
  assert.equal(read('---\ndate: 2024-01-05T10:00:00+09:00\n---\n').createdAt, '2024-01-05T01:00:00.000Z')
})

test('text that is no front matter stays', () => {
  for (const content of [
    '---\n- a list\n---\ntext',
    '---\ntext\n---\n',
    '---\n---\ntext',
    '---\ntitle: a\n',
    '--- title\n---\n',
    '\n---\ntitle: a\n---\n',
  ])
    assert.equal(read(content).text, content)
})

test('every word of the front matter is found again, in the note or in its text', () => {
  const value = fc.oneof(
    fc.constantFrom(
      '',
      'word',
      '[a, b]',
      '{a: b}',
      '"quoted"',
      "'single'",
      '- item',
      '|\n  block',
      '>\n  folded',
      '#hash',
      '[a, [b]]',
    ),
    fc.constantFrom(
      '2024-01-05',
      '05.01.2024',
      '2024-02-30',
      '2024-01-05 10:00',
      '20240105',
      'null',
      '~',
      '!!int 7',
      '&a x',
      '*a',
      '[#a]',
    ),
    fc.string({ unit: character, maxLength: 8 }),
  )
  const key = fc.oneof(
    fc.constantFrom('title', 'tags', 'tag', 'created', 'updated', 'date', 'lastmod', 'Title'),
    fc.string({ maxLength: 4 }),
  )
  const fences = fc.constantFrom(['---', ':'], ['+++', ' ='])
  fc.assert(
    fc.property(fences, fc.array(fc.tuple(key, value), { maxLength: 5 }), ([fence, mark], members) => {
      const front = members.map(([key, value]) => `${key}${mark} ${value}`).join('\n')
      const content = `${fence}\n${front}\n${fence}\ntext`
      const { text, title, tags, createdAt, updatedAt } = read(content)
      if (text === content) return
      // What was cut out is one of the four members, and every word of it is in the note.
      assert.ok(content.endsWith(text))
      const kept = [title, ...tags, createdAt, updatedAt].join(' ').toLowerCase()
      const cut = content.slice(0, content.length - text.length).toLowerCase()
      const words = cut.match(/[\p{L}\p{N}]+/gu) ?? []
      for (const word of words)
        assert.ok(/^(title|tags?|created|updated|null)$/.test(word) || kept.includes(word), `${word} in ${content}`)
    }),
    { numRuns: 2000 },
  )
})

test('hostile front matter is refused quickly', () => {
  for (const front of ['['.repeat(30_000), '- '.repeat(15_000), '? '.repeat(15_000), `a: ${'{'.repeat(30_000)}`]) {
    const start = performance.now()
    const content = `---\n${front}\n---\ntext`
    assert.equal(read(content).text, content)
    assert.ok(performance.now() - start < 5_000)
  }
})
