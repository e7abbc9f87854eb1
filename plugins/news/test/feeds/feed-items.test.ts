import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readFeedDocument } from '../../src/feeds/feed-document.ts'

const now = new Date('2026-04-01T12:00:00Z')
const url = 'https://feeds.example.net/a/feed'
const read = (text: string) => readFeedDocument(Buffer.from(text), '', url, now)
const namespaces =
  'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" ' +
  'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
  'xmlns:a10="http://www.w3.org/2005/Atom"'
const rss = (item: string, more = '') =>
  read(`<rss version="2.0" ${namespaces} ${more}><channel><title>T</title><item>${item}</item></channel></rss>`)
    .articles[0]
const atom = (entry: string, more = '') =>
  read(`<feed xmlns="http://www.w3.org/2005/Atom" ${namespaces} ${more}><title>T</title><entry>${entry}</entry></feed>`)
    .articles[0]
const json = (item: object) =>
  read(JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'T', items: [{ id: '1', ...item }] }))
    .articles[0]
const toXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const signs = fc.constantFrom(
  'a',
  'b',
  ' ',
  '<',
  '>',
  '&',
  '&lt;',
  '<b>',
  '</b>',
  '<nav>',
  '<!--',
  '"',
  'é',
  '<T>',
  '1 < 2',
)
const line = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

test('text that its format calls plain stays as it is, whatever signs it has', () => {
  const words = fc.array(signs, { minLength: 1, maxLength: 8 }).map((parts) => `x${parts.join('')}x`)
  fc.assert(
    fc.property(words, fc.constantFrom('', ' type="text"', ' type="text/plain"'), (text, type) => {
      const entry = atom(`<title${type}>${toXml(text)}</title><summary${type}>${toXml(text)}</summary>`)
      assert.deepEqual([entry?.title, entry?.text], [line(text), text])
      const item = json({ title: text, content_text: text })
      assert.deepEqual([item?.title, item?.text], [line(text), text])
      const video = atom(
        `<media:group><media:title>${toXml(text)}</media:title><media:description type="plain">${toXml(text)}</media:description></media:group>`,
      )
      assert.deepEqual([video?.title, video?.text], [line(text), text])
    }),
  )
})

test('HTML is read as HTML in all three ways of Atom, and what is no text is left out', () => {
  assert.equal(
    atom('<title type="html">&amp;lt;blink&amp;gt; is &lt;b&gt;back&lt;/b&gt;</title>')?.title,
    '<blink> is back',
  )
  assert.equal(
    atom('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a &lt; <b>b</b></div></title>')?.title,
    'a < b',
  )
  for (const type of ['html', 'text/html', 'HTML', 'text/html; charset=utf-8'])
    assert.equal(atom(`<title>x</title><content type="${type}">&lt;p&gt;One&lt;/p&gt;</content>`)?.text, 'One')
  const picture = '<content type="image/png">aGVsbG8=</content><summary>A picture</summary>'
  assert.equal(atom(`<title>x</title>${picture}`)?.text, 'A picture')
  assert.equal(json({ content_html: '<p>1 &lt; 2</p>' })?.text, '1 < 2')
})

for (const [title, expected] of [
  ['How <nav> differs from <menu> today', 'How <nav> differs from <menu> today'],
  ['<b>Bold</b> and <i>more</i>', 'Bold and more'],
  ['<p>All of it is a <em>paragraph</em></p>', 'All of it is a paragraph'],
  ['The <b> element', 'The <b> element'],
  ['Vec<String> & co', 'Vec<String> & co'],
  ['a < b > c', 'a < b > c'],
  ['Q&amp;A: it&#8217;s caf&eacute;', 'Q&A: it’s café'],
  ['One<br/>two', 'One two'],
  ['Write to <ann@example.org>', 'Write to <ann@example.org>'],
  ['<a href="x"><b>Nested</b></a>', 'Nested'],
] as const)
  test(`an RSS title keeps what is no markup: ${title}`, () => {
    assert.equal(rss(`<title>${toXml(title)}</title>`)?.title, expected)
    assert.equal(rss(`<title><![CDATA[${title}]]></title>`)?.title, expected)
  })

test('an RSS description is HTML only as far as it has elements of HTML', () => {
  const text = (html: string) => rss(`<title>x</title><description>${toXml(html)}</description>`)?.text
  assert.equal(text('<p>Use List<T> when a < b</p>'), 'Use List<T> when a < b')
  assert.equal(text('One\n  two &amp; three'), 'One\ntwo & three')
  assert.equal(text('if (a<b) return Map<K, V>'), 'if (a<b) return Map<K, V>')
  assert.equal(text('<o:p>Word</o:p><my-tag>custom</my-tag>'), 'Wordcustom')
})

test('control characters are removed from titles and texts, and the joiners of scripts and emoji stay', () => {
  const title = 'a\u202eb\u200b\u0007c\u001b[31md\u2066\ufeff\u{e0041} 👩\u200d💻 می\u200cخواهم'
  for (const article of [
    json({ title, content_text: title }),
    atom(`<title>${title.replaceAll(/\p{Cc}/gu, '')}</title>`),
  ])
    assert.match(article?.title ?? '', /^abc(\[31m)?d 👩\u200d💻 می\u200cخواهم$/)
  assert.equal(json({ title: 'x', content_text: 'a\r\nb\tc\u0000' })?.text, 'a\nb\tc')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const article = json({ title: `x${text}`, content_text: text })
      assert.doesNotMatch(`${article?.title}`, /\p{Cc}|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u)
      assert.doesNotMatch(`${article?.text}`, /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u)
    }),
  )
})

test('a video and an episode have the title, text and link of their media', () => {
  const video = atom(
    '<id>v</id><media:group><media:title>Roses</media:title><media:content url="https://v.example.org/1.mp4"/>' +
      '<media:description>Step by step.</media:description></media:group>',
  )
  assert.deepEqual([video?.title, video?.text, video?.link], ['Roses', 'Step by step.', 'https://v.example.org/1.mp4'])
  const episode = rss(
    '<itunes:title>Episode 12</itunes:title><guid isPermaLink="false">p12</guid><itunes:summary>About bees.</itunes:summary>' +
      '<enclosure url="https://pod.example.org/12.mp3" length="1" type="audio/mpeg"/>',
  )
  assert.deepEqual(
    [episode?.title, episode?.text, episode?.link],
    ['Episode 12', 'About bees.', 'https://pod.example.org/12.mp3'],
  )
  const inside = rss(
    '<media:content url="https://v.example.org/2.mp4"><media:title>Tulips</media:title>' +
      '<media:description type="html">&lt;b&gt;In spring&lt;/b&gt;</media:description><media:player url="https://v.example.org/2"/></media:content>',
  )
  assert.deepEqual([inside?.title, inside?.text], ['Tulips', 'In spring'])
  const attached = json({
    attachments: [{ url: 'https://pod.example.org/3.mp3', mime_type: 'audio/mpeg' }],
    summary: '1 < 2',
  })
  assert.deepEqual([attached?.link, attached?.text], ['https://pod.example.org/3.mp3', '1 < 2'])
  const usual = rss(
    '<title>Usual</title><link>https://x.example.org/</link><itunes:title>Other</itunes:title><description>a</description><itunes:summary>b</itunes:summary>',
  )
  assert.deepEqual([usual?.title, usual?.text, usual?.link], ['Usual', 'a', 'https://x.example.org/'])
})

test('relative links refer to xml:base, from the outside in, or else to the URL of the feed', () => {
  const link = '<link href="post"/>'
  assert.equal(atom(link)?.link, 'https://feeds.example.net/a/post')
  assert.equal(atom(link, 'xml:base="https://site.example.org/blog/"')?.link, 'https://site.example.org/blog/post')
  const entry = read(
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://site.example.org/"><entry xml:base="2026/">${link}</entry></feed>`,
  )
  assert.equal(entry.articles[0]?.link, 'https://site.example.org/2026/post')
  const own = '<link xml:base="https://own.example.org/a/" href="post?a=1&amp;b=2"/>'
  assert.equal(atom(own, 'xml:base="https://site.example.org/"')?.link, 'https://own.example.org/a/post?a=1&b=2')
  const inChannel = read(
    '<rss version="2.0" xml:base="https://site.example.org/"><channel xml:base="blog/"><item><link>post</link></item></channel></rss>',
  )
  assert.equal(inChannel.articles[0]?.link, 'https://site.example.org/blog/post')
  assert.equal(rss('<link>post</link>', 'xml:base="https://site.example.org/"')?.link, 'https://site.example.org/post')
})

test('an id is a link only if it is a URL or said to be one', () => {
  const linkOf = (guid: string) => rss(`<title>x</title>${guid}`)?.link
  for (const id of ['abc-123', '12345', 'urn:uuid:1', 'tag:x.example,2026:1'])
    assert.equal(linkOf(`<guid>${id}</guid>`), '')
  assert.equal(linkOf('<guid>https://x.example.org/1</guid>'), 'https://x.example.org/1')
  assert.equal(linkOf('<guid isPermaLink="true">/1</guid>'), 'https://feeds.example.net/1')
  assert.equal(linkOf('<guid isPermaLink="false">https://x.example.org/1</guid>'), '')
})

test('the link of an Atom entry is its page, not the entry itself', () => {
  const links =
    '<link rel="self" href="https://x.example.org/self"/><link rel="edit" href="https://x.example.org/edit"/>' +
    '<link rel="replies" href="https://x.example.org/replies"/>'
  const page =
    '<link rel="alternate" type="application/json" href="https://x.example.org/json"/><link href="https://x.example.org/page"/>'
  assert.equal(atom(links + page)?.link, 'https://x.example.org/page')
  assert.equal(atom(links)?.link, '')
  assert.equal(
    atom(`${links}<content src="https://x.example.org/src" type="text/html"/>`)?.link,
    'https://x.example.org/src',
  )
})

test('an item takes its date from whatever it has, and reads slashes as its neighbours write them', () => {
  assert.equal(
    rss('<title>x</title><pubDate>soon</pubDate><dc:date>2026-03-05</dc:date>')?.published,
    '2026-03-05T00:00:00.000Z',
  )
  assert.equal(
    atom('<published>soon</published><updated>2026-03-05T09:00:00Z</updated>')?.published,
    '2026-03-05T09:00:00.000Z',
  )
  const dated = (...dates: string[]) =>
    read(
      `<rss version="2.0"><channel>${dates.map((date) => `<item><title>${date}</title><pubDate>${date}</pubDate></item>`).join('')}</channel></rss>`,
    ).articles.map(({ published }) => published?.slice(0, 10))
  assert.deepEqual(dated('25/03/2026', '05/03/2026'), ['2026-03-25', '2026-03-05'])
  assert.deepEqual(dated('03/25/2026', '03/05/2026'), ['2026-03-25', '2026-03-05'])
  assert.deepEqual(dated('25/03/2026', '03/26/2026', '05/03/2026'), ['2026-03-26', undefined, '2026-03-25'])
})

for (const [what, text, reason] of [
  [
    'cut off in an item',
    '<rss version="2.0"><channel><title>T</title><item><title>a</title>',
    /broken: it is cut off before <\/rss>/,
  ],
  [
    'cut off between items',
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>a</id></entry>',
    /cut off before <\/feed>/,
  ],
  ['cut off in a tag', '<rdf:RDF xmlns="http://purl.org/rss/1.0/"><item><tit', /cut off before <\/rdf:RDF>/],
  [
    'with a bare bracket',
    '<rss version="2.0"><channel><title>a < b</title></channel></rss>',
    /broken: its XML is not well-formed/,
  ],
  ['with nothing in it', '<rss version="2.0"></rss>', /broken: there is nothing in its <rss>/],
  [
    'of JSON that is cut off',
    '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[',
    /broken: its JSON is not valid/,
  ],
  ['that is a page', '<!DOCTYPE html><html><body><feed></body></html>', /not an RSS, Atom, RDF or JSON feed/],
  ['that is other XML', '<?xml version="1.0"?><opml version="2.0"></opml>', /not an RSS, Atom, RDF or JSON feed/],
  ['that is other JSON', '{"items":[]', /not an RSS, Atom, RDF or JSON feed/],
] as const)
  test(`a feed ${what} is refused with the reason`, () => {
    assert.throws(() => read(text), { name: 'FeedError', message: reason })
  })

test('a feed is known by its root, whatever its texts contain or a faulty server wrote before it', () => {
  const content = '<title>x</title><content type="html"><![CDATA[<pre> <rss version="2.0"> <feed ></pre>]]></content>'
  assert.equal(atom(content)?.title, 'x')
  const feed = '<rss version="2.0"><channel><title>T</title></channel></rss>'
  for (const before of [
    '\n\n',
    '\ufeff\ufeff',
    '<!-- <feed > -->',
    '<br />\n<b>Warning</b>: x in <b>y</b><br />\n<?xml version="1.0"?>',
  ])
    assert.equal(read(before + feed).title, 'T')
})
