import { createHash } from 'node:crypto'
import { type FeedText, toText, toTitle } from './article-text.ts'
import { type DayOrder, dayOrderOf, readFeedDate } from './feed-date.ts'
import { decodeFeed } from './feed-encoding.ts'
import { type Item, readItems } from './feed-items.ts'

const longestTitle = 300
const longestText = 15_000
// Far more than the longest text needs. The extractor takes quadratic time for some tags.
const longestHtml = 100_000
const mostTags = 3_000
const mostTagsOfFeed = 200_000
const longestLink = 2_000
const longestId = 500
const mostArticles = 500
const day = 86_400_000

export interface FeedArticle {
  /** The id in the feed, or else its link, or else a hash of its title and text: whichever no other article has. */
  guid: string
  /** What the guid was if other articles had the same id or link at another time, or have now. */
  formerGuids: string[]
  link: string
  title: string
  /** Plain text, at most 15,000 characters. */
  text: string
  /** As the feed states it. Undefined if it does not state it, or not clearly. */
  published: string | undefined
  /** For an article without a date, the date of its neighbour in the feed. */
  near: string | undefined
}

export interface FeedDocument {
  title: string
  /** The date of the whole feed. */
  changed: string | undefined
  /** Newest first. Those without a date keep their place. */
  articles: FeedArticle[]
}

/**
 * Reads RSS, Atom, RDF or JSON Feed into one form.
 * @param now a date more than a day later is not read
 * @throws FeedError if it is none of these formats, or broken
 */
export function readFeedDocument(body: Buffer, contentType: string, url: string, now: Date): FeedDocument {
  const feed = readItems(decodeFeed(body, contentType))
  const orders = new Set(
    feed.items.flatMap(({ dates }) => dates.map(dayOrderOf)).filter((order) => order !== undefined),
  )
  const order = orders.size === 1 ? [...orders][0] : undefined
  const dated = newestFirst(
    feed.items.map((item) => ({ item, published: readDate(item.dates, now, order), near: undefined })),
  ).slice(0, mostArticles)
  let left = mostTagsOfFeed
  const readFirst = (texts: (FeedText | undefined)[], convert: typeof toText): string => {
    for (const text of texts) {
      if (text === undefined) continue
      const { value, tags } = text.type === 'plain' ? { value: text.value, tags: 0 } : cutHtml(text.value, left)
      left -= tags
      const found = convert({ value, type: text.type })
      if (found !== '') return found
    }
    return ''
  }
  const articles = dated.map(({ item, published, near }) => {
    const text = shorten(readFirst(item.texts, toText), longestText)
    const title = shorten(readFirst(item.titles, toTitle), longestTitle) || shorten(text.replaceAll(/\s+/g, ' '), 80)
    return { id: item.id, link: toLink(item, url), title: title || 'Untitled', text, published, near }
  })
  return {
    title: shorten(readFirst([feed.title], toTitle), longestTitle) || new URL(url).host,
    changed: readDate(feed.dates, now, order),
    articles: identify(articles, URL.parse(feed.link ?? '', url)?.href ?? url),
  }
}

/** The beginning of HTML, and how many tags it has. */
function cutHtml(html: string, left: number): { value: string; tags: number } {
  const value = html.slice(0, longestHtml)
  const most = Math.min(mostTags, left)
  let tags = 0
  let end = value.indexOf('<')
  for (; end >= 0 && tags < most; end = value.indexOf('<', end + 1)) tags++
  return { value: end < 0 ? value : value.slice(0, end), tags }
}

function readDate(dates: (string | undefined)[], now: Date, order: DayOrder): string | undefined {
  const latest = new Date(now.getTime() + day).toISOString()
  return dates.map((date) => readFeedDate(date, order)).find((date) => date !== undefined && date <= latest)
}

interface Dated {
  item: Item
  published: string | undefined
  near: string | undefined
}

/** Gives articles without a date the date of the article before them, or else after them, and sorts. */
function newestFirst(items: Dated[]): Dated[] {
  for (const list of [items, items.toReversed()]) {
    let last: string | undefined
    for (const one of list) {
      one.near ??= one.published === undefined ? last : undefined
      last = one.published ?? last
    }
  }
  const timeOf = ({ published, near }: Dated) => published ?? near ?? ''
  return items.toSorted((one, other) => (timeOf(one) < timeOf(other) ? 1 : timeOf(one) > timeOf(other) ? -1 : 0))
}

interface Unidentified extends Omit<FeedArticle, 'guid' | 'formerGuids'> {
  id: string | undefined
}

/** An id or a link that several articles have, or that is the whole site's, identifies none of them. */
function identify(articles: Unidentified[], site: string): FeedArticle[] {
  const named = articles.map((article) => ({
    ...article,
    names: [...new Set([article.id, article.link].filter((name) => name !== undefined && name !== ''))] as string[],
    hashed: hashWords(article.title, article.text),
  }))
  const counts = countOf(named.flatMap(({ names, hashed }) => [...names, hashed]))
  const identified = named.map(({ id, names, hashed, ...article }) => {
    const own = names.filter((name) => counts.get(name) === 1 && !isSame(name, site))
    const last = counts.get(hashed) === 1 ? hashed : hash(`${hashed}\n${article.link}\n${article.published}`)
    const guids = [...own, last, ...names, hashed].map(toGuid)
    return { guid: guids[0] as string, formerGuids: guids, ...article }
  })
  const taken = new Set(identified.map(({ guid }) => guid))
  return identified.map((article) => ({
    ...article,
    formerGuids: [...new Set(article.formerGuids)].filter((guid) => !taken.has(guid)),
  }))
}

function countOf(names: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

const isSame = (one: string, other: string): boolean => one.replace(/\/$/, '') === other.replace(/\/$/, '')

function toLink({ links, bases }: Item, url: string): string {
  const base = bases.reduce<string>((outer, inner) => (inner && URL.parse(inner, outer)?.href) || outer, url)
  return (
    links
      .map((link) => (link ? (URL.parse(link, base)?.href ?? '') : ''))
      .find((link) => /^https?:/.test(link) && link.length <= longestLink) ?? ''
  )
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Identifies an article that has no id or link of its own. */
export const hashWords = (title: string, text: string): string => hash(`${title}\n${text}`)

const toGuid = (id: string): string => (id.length > longestId ? hash(id) : id)

const shorten = (text: string, longest: number): string => {
  const characters = Array.from(text)
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`
}
