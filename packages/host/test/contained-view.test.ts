import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { containedView } from '../src/views/contained-view.ts'

const names = ['link', 'base', 'iframe', 'frame', 'frameset', 'object', 'embed', 'meta', 'svg:link']
const bodyOf = (html: string): string => {
  const view = containedView(html)
  return view.slice(view.indexOf('</script>') + '</script>'.length)
}

test('elements that connect or open documents are left as text', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.constantFrom(' ', '\n', '/', '\t', '>', '\f'),
      fc.string(),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      (name, after, rest, upper) => {
        const written = Array.from(name, (letter, index) => (upper[index] ? letter.toUpperCase() : letter)).join('')
        assert.match(bodyOf(`<p>x</p><${written}${after}http-equiv=refresh ${rest}`), /^<p>x<\/p>&lt;/)
      },
    ),
  )
})

test('what a page needs is kept', () => {
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<title>x</title><style>a{}</style></head><body><header>x</header><script>if (1 < linked) base < 2</script></body></html>'
  assert.equal(bodyOf(html), html)
  assert.match(bodyOf('<meta name="a" content="x" http-equiv="refresh">'), /^&lt;meta/)
  assert.match(bodyOf('<meta content="a>b" http-equiv="refresh">'), /^&lt;meta/)
})
