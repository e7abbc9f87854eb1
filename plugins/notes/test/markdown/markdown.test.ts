import assert from 'node:assert/strict'
import { test } from 'node:test'
import { character } from '@reference-plugins/testing/fuzz'
import fc from 'fast-check'
import { fromMarkdown, type MarkdownFile, toMarkdown } from '../../src/markdown/markdown.ts'

/** Characters that mean something in YAML, TOML or Markdown, and any others. */
const piece = fc.oneof(
  character,
  fc.constantFrom(
    '---',
    '+++',
    '...',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '  ',
    '\t',
    '#',
    ': ',
    '- ',
    '"',
    "'",
    '|',
    '>',
    '{{',
    '[',
    ']',
    ',',
  ),
  fc.constantFrom(
    'null',
    '~',
    'true',
    'yes',
    '1.10',
    '2024-01-05',
    '&a',
    '*a',
    '!!str',
    '\u0000',
    '\u0085',
    '\u2028',
    '\ufeff',
  ),
)
const textOf = (longest: number) =>
  fc
    .string({ unit: piece, minLength: 1, maxLength: longest })
    .map((text) => Array.from(text).slice(0, longest).join(''))
const time = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
const file: fc.Arbitrary<MarkdownFile> = fc.record(
  {
    title: textOf(200),
    text: fc.string({ unit: piece }),
    tags: fc.uniqueArray(textOf(40), { maxLength: 20 }),
    createdAt: fc.option(
      time.map((date) => date.toISOString()),
      { nil: undefined },
    ),
    updatedAt: fc.option(
      time.map((date) => date.toISOString()),
      { nil: undefined },
    ),
  },
  { noNullPrototype: true },
)

test('whatever is written can be read back', () => {
  fc.assert(
    fc.property(file, (file) => {
      assert.deepEqual(fromMarkdown('other.md', toMarkdown(file)), file)
    }),
    { numRuns: 1000 },
  )
  const longest = '\u0001'.repeat(200)
  const tags = Array.from({ length: 20 }, (_, index) => `${'\u2028'.repeat(38)}${index}`)
  const one = { title: longest, text: '', tags, createdAt: undefined, updatedAt: undefined }
  assert.deepEqual(fromMarkdown('other.md', toMarkdown(one)), one)
})

test('the title comes from the front matter, the first heading or the file name', () => {
  const title = (content: string) => fromMarkdown('shopping.md', content).title
  assert.equal(title('---\ntitle: List\n---\n# Heading\n'), 'List')
  assert.equal(title('Text\n# Heading\n'), 'Heading')
  assert.equal(title('Text\n'), 'shopping')
  assert.equal(title(`# ${'x'.repeat(300)}`), 'x'.repeat(200))
  assert.equal(title('---\n# the theme\nlayout: wide\n---\nText'), 'shopping')
  assert.equal(title('---\n# the theme\n---\nText'), 'shopping')
  assert.equal(title('---\n# Between two lines\nText\n---\n'), 'Between two lines')
  assert.equal(title('+++\n# the theme\nlayout = "wide"\n+++\n# Soup\n'), 'Soup')
  assert.equal(fromMarkdown('Version 1.2', 'x').title, 'Version 1.2')
  assert.equal(fromMarkdown('.md', 'x').title, 'Untitled')
  assert.equal(fromMarkdown('U\u0308bung.md', 'x').title, 'Übung')
  assert.equal(fromMarkdown('dm\u202ea.\u0007b\n c.md', 'x').title, 'dma.b c')
  assert.equal(title('\ufeff# Marked'), 'Marked')
  assert.equal(title('\ufeff---\ntitle: Marked\n---\nx'), 'Marked')
})
