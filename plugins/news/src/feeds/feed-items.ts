import { parseAtomFeed, parseJsonFeed, parseRdfFeed, parseRssFeed } from 'feedsmith'
import type { FeedText } from './article-text.ts'
import { FeedError } from './feed-error.ts'

const longestProlog = 65_536

type Rss = ReturnType<typeof parseRssFeed<string>>
type Rdf = ReturnType<typeof parseRdfFeed<string>>
type Atom = ReturnType<typeof parseAtomFeed<string>>
type RssItem = NonNullable<Rss['items']>[number]
type AtomEntry = NonNullable<Atom['entries']>[number]
type AtomText = NonNullable<AtomEntry['content']>
type Media = NonNullable<AtomEntry['media']>

/** An article as its feed states it. Of several links, titles, texts and dates the first that can be used counts. */
export interface Item {
  id?: string | undefined
  links: (string | undefined)[]
  /** What relative links refer to, from the outside in. */
  bases: (string | undefined)[]
  titles: (FeedText | undefined)[]
  texts: (FeedText | undefined)[]
  dates: (string | undefined)[]
}

export interface FeedItems {
  title: FeedText | undefined
  /** The page that the feed belongs to. */
  link: string | undefined
  /** When the feed says that it changed. */
  dates: (string | undefined)[]
  items: Item[]
}

/**
 * Reads the text of an RSS, Atom, RDF or JSON feed.
 * @throws FeedError if it is none of these, or broken
 */
export function readItems(text: string): FeedItems {
  const json = text.trimStart()
  if (json.startsWith('{')) return readJson(json)
  const root = findRoot(text)
  if (!root) throw notFeed()
  const { name, tag, start } = root
  const rest = text.slice(start)
  if (!new RegExp(`</${tag}\\s*>|^<${tag}(\\s[^<>]*)?/>`, 'i').test(rest))
    throw broken(`it is cut off before </${tag}>`)
  try {
    if (name === 'rss') return fromRss(parseRssFeed(rest), channelBase(rest))
    return name === 'feed' ? fromAtom(parseAtomFeed(resolveLinks(rest))) : fromRdf(parseRdfFeed(rest))
  } catch (error) {
    const { name, cause } = error as Error
    if (name === 'MalformedError') throw broken(`its XML is not well-formed: ${reasonOf(cause)}`)
    throw broken(`there is nothing in its <${tag}>`)
  }
}

const notFeed = () =>
  new FeedError('this URL is not an RSS, Atom, RDF or JSON feed', 'Send the URL of the feed itself, not of a page')

const broken = (why: string) => new FeedError(`this feed is broken: ${why}`, 'Try again later, or tell its publisher')

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown').slice(0, 100)

/** The first element of a feed, after the prolog and whatever a faulty server wrote before it. */
function findRoot(text: string): { name: 'rss' | 'feed' | 'rdf'; tag: string; start: number } | undefined {
  const visible = text.slice(0, longestProlog).replaceAll(/<!--[\s\S]*?-->/g, (comment) => ' '.repeat(comment.length))
  const found = /<((?:[\w.-]+:)?(rss|feed|rdf))(?=[\s/>])/i.exec(visible)
  if (!found || /<(html|body)[\s>]/i.test(visible.slice(0, found.index))) return undefined
  const name = (found[2] as string).toLowerCase() as 'rss' | 'feed' | 'rdf'
  return { name, tag: found[1] as string, start: found.index }
}

function readJson(text: string): FeedItems {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (/jsonfeed\.org\/version/.test(text)) throw broken(`its JSON is not valid: ${reasonOf(error)}`)
    throw notFeed()
  }
  try {
    return fromJson(parseJsonFeed(json))
  } catch {
    throw notFeed()
  }
}

const unknown = (value: string | undefined): FeedText | undefined =>
  value === undefined ? undefined : { value, type: 'unknown' }
const plain = (value: string | undefined): FeedText | undefined =>
  value === undefined ? undefined : { value, type: 'plain' }
const html = (value: string | undefined): FeedText | undefined =>
  value === undefined ? undefined : { value, type: 'html' }

/** Resolves the links that have an xml:base of their own, which the parser does not say either. */
const resolveLinks = (text: string): string =>
  text.replaceAll(/<(?:[\w.-]{1,50}:)?link\s[^<>]*>/gi, (link) => {
    const base = /xml:base\s*=\s*["']([^"'<>]*)/i.exec(link)?.[1]
    if (base === undefined) return link
    return link.replace(/(\shref\s*=\s*["'])([^"'<>]*)/i, (_, before: string, href: string) => {
      return before + (URL.parse(href, base)?.href ?? href)
    })
  })

/** The parser does not say which xml:base the channel has. */
const channelBase = (text: string): string | undefined =>
  /<channel\s[^<>]*?xml:base\s*=\s*["']([^"'<>]*)/i.exec(text)?.[1]

function fromRss(feed: Rss, base: string | undefined): FeedItems {
  return {
    title: unknown(feed.title ?? feed.itunes?.title ?? feed.dc?.titles?.[0]) ?? fromAtomText(feed.atom?.title),
    link: feed.link,
    dates: [feed.pubDate, feed.lastBuildDate, ...(feed.dc?.dates ?? []), feed.atom?.updated],
    items: (feed.items ?? []).map((item) => fromRssItem(item, [feed.xml?.base, base])),
  }
}

function fromRssItem(item: RssItem, bases: (string | undefined)[]): Item {
  const { guid, atom, dc, dcterms, itunes, media } = item
  // Many ids are said to be links only because nothing says that they are not.
  const isLink = guid?.isPermaLink ?? /^https?:/i.test(guid?.value ?? '')
  const permalink = isLink ? guid?.value : undefined
  return {
    id: guid?.value ?? atom?.id,
    bases: [...bases, item.xml?.base],
    links: [
      ...[item.link, permalink, ...(atom ? linksOf(atom) : [])],
      ...[...(item.enclosures ?? []).map(({ url }) => url), ...mediaLinks(media)],
    ],
    titles: [
      unknown(item.title),
      unknown(itunes?.title),
      fromAtomText(atom?.title),
      ...mediaTexts(media, 'title'),
      unknown(dc?.titles?.[0]),
    ],
    texts: [
      ...[html(item.content?.encoded), unknown(item.description), ...(atom ? textsOf(atom) : [])],
      ...[unknown(itunes?.summary), ...mediaTexts(media, 'description')],
      ...[unknown(dc?.descriptions?.[0]), unknown(item.googleplay?.description), unknown(itunes?.subtitle)],
    ],
    dates: [
      ...[item.pubDate, ...(dc?.dates ?? []), ...(dcterms?.issued ?? []), ...(dcterms?.created ?? [])],
      ...[...(dcterms?.dates ?? []), atom?.published, ...(dcterms?.modified ?? []), atom?.updated],
    ],
  }
}

const fromRdf = (feed: Rdf): FeedItems => ({
  title: unknown(feed.title ?? feed.dc?.titles?.[0]),
  link: feed.link,
  dates: feed.dc?.dates ?? [],
  items: (feed.items ?? []).map(({ rdf, ...item }) => {
    const read = fromRssItem(item as RssItem, [feed.xml?.base])
    return { ...read, id: rdf?.about, links: [...read.links, rdf?.about] }
  }),
})

const fromAtom = (feed: Atom): FeedItems => ({
  title: fromAtomText(feed.title),
  link: linksOf(feed)[0],
  dates: [feed.updated],
  items: (feed.entries ?? []).map((entry) => ({
    id: entry.id,
    bases: [feed.xml?.base, entry.xml?.base],
    links: [...linksOf(entry), ...mediaLinks(entry.media)],
    titles: [fromAtomText(entry.title), ...mediaTexts(entry.media, 'title'), unknown(entry.dc?.titles?.[0])],
    texts: [
      ...textsOf(entry),
      ...mediaTexts(entry.media, 'description'),
      unknown(entry.itunes?.summary),
      unknown(entry.dc?.descriptions?.[0]),
    ],
    dates: [entry.published, entry.updated, ...(entry.dc?.dates ?? []), ...(entry.dcterms?.issued ?? [])],
  })),
})

function fromJson(feed: ReturnType<typeof parseJsonFeed<string>>): FeedItems {
  return {
    title: plain(feed.title),
    link: feed.home_page_url,
    dates: [],
    items: (feed.items ?? []).map((item) => ({
      id: item.id,
      bases: [],
      links: [item.url, item.external_url, ...(item.attachments ?? []).map(({ url }) => url)],
      titles: [plain(item.title)],
      texts: [html(item.content_html), plain(item.content_text), plain(item.summary)],
      dates: [item.date_published, item.date_modified],
    })),
  }
}

/** By RFC 4287, section 3.1.1: text is plain unless its type says that it is HTML. Other types are not text. */
function fromAtomText(text: AtomText | undefined): FeedText | undefined {
  const type = (text?.type ?? 'text').toLowerCase().split(';')[0]?.trim() ?? ''
  if (/^(html|xhtml|text\/html|application\/xhtml\+xml)$/.test(type)) return html(text?.value)
  return type === 'text' || type.startsWith('text/') ? plain(text?.value) : undefined
}

const textsOf = ({ content, summary }: Partial<Pick<AtomEntry, 'content' | 'summary'>>) => [
  fromAtomText(content),
  fromAtomText(summary),
]

/** The page of an entry is its alternate link. Links to the entry itself, to edit it or to answer it are no pages of it. */
function linksOf({ links = [], content }: Partial<Pick<AtomEntry, 'links' | 'content'>>): (string | undefined)[] {
  const isAlternate = ({ rel }: { rel?: string }) => rel === undefined || /(^|\/)alternate$/.test(rel)
  const isPage = ({ type }: { type?: string }) => type === undefined || /html/.test(type)
  const alternates = links.filter(isAlternate)
  const others = ['related', 'via', 'enclosure'].flatMap((rel) => links.filter((link) => link.rel === rel))
  return [...alternates.filter(isPage), ...alternates, { href: content?.src }, ...others].map(({ href }) => href)
}

const mediaParts = (media: Media | undefined): Media[] =>
  media === undefined
    ? []
    : [media, ...(media.groups ?? []), ...[media, ...(media.groups ?? [])].flatMap(({ contents = [] }) => contents)]

const mediaTexts = (media: Media | undefined, part: 'title' | 'description'): (FeedText | undefined)[] =>
  mediaParts(media).map((one) => (one[part]?.type === 'html' ? html(one[part]?.value) : plain(one[part]?.value)))

const mediaLinks = (media: Media | undefined): (string | undefined)[] =>
  mediaParts(media).flatMap((one) => [one.player?.url, (one as { url?: string }).url])
