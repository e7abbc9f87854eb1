import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { codeBlocks, headings, links, withoutCode } from './markdown.ts'

// Compares README.md with README.zh-CN.md: a change of a command, a link, a value or a row must be made in both.

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const english = read('README.md')
const chinese = read('README.zh-CN.md')

/** What does not depend on the language. */
function facts(page: string) {
  const anchors = headings(page).map(({ anchor }) => anchor)
  const place = (link: string) => (link.startsWith('#') ? `heading ${anchors.indexOf(link.slice(1))}` : link)
  return {
    headings: headings(page).map(({ level }) => level),
    blocks: codeBlocks(page),
    sections: withoutCode(page)
      .split(/^#+ .*$/m)
      .map((section) => ({
        links: links(section)
          .map(place)
          .filter((link) => !/^README/.test(link))
          .sort(),
        code: Array.from(section.matchAll(/`([^`\n]+)`/g), ([, code]) => code).sort(),
        versions: Array.from(section.matchAll(/\d+(?:\.\d+)+/g), ([version]) => version).sort(),
        tables: section
          .split('\n')
          .filter((line) => line.startsWith('|'))
          .map(codeCells),
      })),
  }
}

/** The cells of a row that are code, a number or a link to a plugin, by column. */
const codeCells = (row: string): (string | undefined)[] =>
  row
    .split('|')
    .map((cell) => cell.trim())
    .map((cell) => (/^(`[^`]+`|\d+|\[\w+\]\(plugins\/\w+\)|-+)$/.test(cell) ? cell.replace(/^-+$/, '-') : undefined))

test('the two READMEs have the same commands, links, values and tables', () => {
  assert.deepEqual(facts(chinese), facts(english))
})

test('each README links to the other in its first line', () => {
  assert.match(english, /^.*\]\(README\.zh-CN\.md\).*\n/)
  assert.match(chinese, /^.*\]\(README\.md\).*\n/)
})

const changes: [string, RegExp, string][] = [
  ['a command', /pnpm new weather$/m, 'pnpm new rain'],
  ['a code block', /username, \.\.\.page/, 'username'],
  ['a link', /\(docs\/hosts\.md\)/, '(docs/host.md)'],
  ['a link inside the page', /\(#try-it\)/, '(#commands)'],
  ['the cell of a table', /`user_http`/, '`none`'],
  ['a port', /\| 3335 \|/, '| 3337 |'],
  ['a row', /^\| `pnpm spec`.*\n/m, ''],
  ['a section', /^## Commands$/m, ''],
  ['a version', /24\.18\.1/, '24.18.2'],
  ['the picture', /example\.png/, 'register.png'],
]
for (const [what, found, replacement] of changes)
  test(`a change of ${what} alone is found`, () => {
    const changed = english.replace(found, replacement)
    assert.notEqual(changed, english)
    assert.notDeepEqual(facts(changed), facts(english))
  })

test('Chinese text has full-width punctuation, and a space between Chinese and Latin letters', () => {
  const prose = withoutCode(chinese)
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/`[^`\n]*`/g, 'code')
  const wrong = Array.from(
    prose.matchAll(
      /\p{Script=Han}[,;:!?()]|[,;:!?()]\p{Script=Han}|\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/gu,
    ),
    ({ index }) => prose.slice(Math.max(0, index - 10), index + 10),
  )
  assert.deepEqual(wrong, [])
})
