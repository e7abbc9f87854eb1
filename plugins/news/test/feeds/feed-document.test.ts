import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFeedDocument } from '../../src/feeds/feed-document.ts'

const now = new Date('2026-04-01T12:00:00Z')
const url = 'https://example.com/feeds/news'
const read = (text: string | Buffer, type = '') => readFeedDocument(Buffer.from(text), type, url, now)
const item = (content: string) =>
  read(`<rss version="2.0"><channel><title>T</title><item>${content}</item></channel></rss>`).articles[0]

test('an article without an id is identified by its link, or else by its text', () => {
  assert.equal(item('<link>/a</link><title>x</title>')?.guid, 'https://example.com/a')
  const [one, other] = [item('<title>x</title>'), item('<title>y</title>')]
  assert.match(one?.guid ?? '', /^[0-9a-f]{64}$/)
  assert.notEqual(one?.guid, other?.guid)
})

test('a date that is missing, not valid or in the future is left out', () => {
  for (const [date, expected] of [
    ['Mon, 02 Mar 2026 09:00:00 GMT', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02', '2026-03-02T00:00:00.000Z'],
    ['Mon, 02 Mar 2026 09:00:00 +0900', '2026-03-02T00:00:00.000Z'],
    ['yesterday', undefined],
    ['', undefined],
    ['Fri, 01 Jan 2100 00:00:00 GMT', undefined],
    ['-000001-01-01T00:00:00Z', undefined],
  ] as const)
    assert.equal(item(`<title>x</title><pubDate>${date}</pubDate>`)?.published, expected, date)
})

test('HTML becomes text: no markup, no scripts, no pictures, no links', () => {
  const html =
    '<h1>Head</h1><p>One <b>two</b> &amp; <a href="http://x/">three</a></p><script>alert(1)</script><style>p{}</style><img src=x onerror=alert(1) alt="pic"><ul><li>a</li></ul>'
  const text = item(`<title>&lt;b&gt;Bold&lt;/b&gt;</title><description><![CDATA[${html}]]></description>`)
  assert.equal(text?.title, 'Bold')
  assert.doesNotMatch(text?.text ?? '', /[<>]|alert|http/)
  assert.match(text?.text ?? '', /Head\n+One two & three\n+ *\* a/)
})

test('a long article is cut between characters', () => {
  const text = item(`<title>x</title><description>${'🥛'.repeat(20_000)}</description>`)?.text ?? ''
  assert.equal(Array.from(text).length, 15_000)
  assert.ok(text.isWellFormed() && text.endsWith('…'))
  const deep = item(`<title>x</title><description><![CDATA[${'<div>'.repeat(20_000)}deep]]></description>`)
  assert.ok(deep)
})

test('a link that is not an http or https URL is left out', () => {
  for (const link of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'http://['])
    assert.equal(item(`<title>x</title><link>${link}</link>`)?.link, '')
})

test('long links are left out and long ids are hashed', () => {
  const long = `https://example.com/${'x'.repeat(200_000)}`
  assert.equal(item(`<title>x</title><link>${long}</link>`)?.link, '')
  assert.equal(item(`<title>x</title><guid>${long}</guid>`)?.link, '')
  const [one, other] = ['a', 'b'].map((end) => item(`<title>x</title><guid>${long}${end}</guid>`)?.guid ?? '')
  assert.ok(one !== other && (one?.length ?? 0) < 100)
})

test('HTML that is designed to be slow takes no longer than other HTML', () => {
  const slow = (markup: string) => `<item><title>x</title><description><![CDATA[${markup}]]></description></item>`
  for (const markup of ['<ul><li>', '<ol>', '<blockquote>', '<table><tr><td>']) {
    const start = performance.now()
    read(`<rss version="2.0"><channel><title>T</title>${slow(markup.repeat(60_000)).repeat(2)}</channel></rss>`)
    assert.ok(performance.now() - start < 10_000, `${markup}: ${performance.now() - start} ms`)
  }
})

test('entities are not expanded: no files and no bombs', () => {
  const start = performance.now()
  const levels = Array.from({ length: 12 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
  for (const declared of [
    '<!ENTITY x SYSTEM "file:///etc/passwd">',
    `<!ENTITY l0 "lol">${levels}<!ENTITY x "&l12;">`,
  ]) {
    const text = `<?xml version="1.0"?><!DOCTYPE r [${declared}]><rss version="2.0"><channel><title>&x;</title><item><title>a</title><description>&x;</description></item></channel></rss>`
    let found = ''
    try {
      found = JSON.stringify(read(text))
    } catch {
      // Refusing it is also correct.
    }
    assert.doesNotMatch(found, /root:|lollol/)
  }
  assert.ok(performance.now() - start < 5_000)
})

test('text is decoded with the encoding that the header or the document names', () => {
  const latin = Buffer.from(
    '<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><title>Caf\xe9</title></channel></rss>',
    'latin1',
  )
  assert.equal(read(latin).title, 'Café')
  assert.equal(read(latin, 'text/xml; charset=iso-8859-1').title, 'Café')
  assert.equal(
    read('<rss version="2.0"><channel><title>Café</title></channel></rss>', 'text/xml; charset=unknown').title,
    'Café',
  )
})

test('anything that is not a feed is refused', () => {
  for (const text of ['', '<html></html>', '{}', '[]', 'null', '{"version":1}', '\0\0\0', '<rss', 'x'.repeat(100_000)])
    assert.throws(() => read(text), text.slice(0, 20))
})
