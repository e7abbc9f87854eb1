import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstHeading } from '../../src/markdown/heading.ts'

test('a heading of CommonMark is found, and its text has no markup', () => {
  for (const [markdown, heading] of [
    ['# Soup', 'Soup'],
    ['   # Soup #\r\n', 'Soup'],
    ['Soup\n====\n', 'Soup'],
    ['Two\nlines\n=', 'Two\nlines'],
    ['## Small\n\n# Large', 'Large'],
    ['# **Onion** `soup` [here](a.md) &amp; <b>there</b>', 'Onion soup here & there'],
    ['#\n# Second', 'Second'],
    ['\t\n\n# C\\# and F#', 'C# and F#'],
    [`${'x\n'.repeat(2000)}\n# Late`, 'Late'],
  ])
    assert.equal(firstHeading(markdown as string), heading)
})

test('what only looks like a heading is not one', () => {
  for (const markdown of [
    '```sh\n# install\n```',
    '~~~\n# install\n',
    '    # install',
    '<!--\n# hidden\n-->',
    '<pre>\n# code\n</pre>',
    '> # quoted',
    '- # in a list',
    '#tag',
    '\\# no',
    '####### seven',
    '## Second level',
    '---\n===',
    '#',
  ])
    assert.equal(firstHeading(markdown), undefined, markdown)
})

test('a heading is found after any block, and never inside a fence', () => {
  const line = fc.constantFrom('# no', 'no', '', '=', '> no', '- no', '    no', '<b>')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.constantFrom('```', '~~~~'), (lines, fence) => {
      const block = [fence, ...lines, fence].join('\n')
      assert.equal(firstHeading(block), undefined)
      assert.equal(firstHeading(`${block}\n# Yes\n`), 'Yes')
    }),
  )
})
