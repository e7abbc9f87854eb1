import { createHash } from 'node:crypto'
import { parseFeed } from 'feedsmith'
import { convert } from 'html-to-text'

const longestTitle = 300
const longestText = 15_000
// Far more than the markup of the longest text needs. The extractor takes quadratic time for nested lists.
const longestHtml = 100_000
const longestLink = 2_000
const longestId = 500
const mostArticles = 500

export interface FeedArticle {
  /** The id in the feed, or else its link, or else a hash of its title and text. */
  guid: string
  link: string
  title: string
  /** Plain text, at most 15,000 characters. */
  text: string
  published: string
}

export interface FeedDocument {
  title: string
  articles: FeedArticle[]
}

interface Item {
  id?: string | undefined
  link?: string | undefined
  title?: string | undefined
  html?: string | undefined
  text?: string | undefined
  date?: string | undefined
}

/**
 * Reads RSS, Atom, RDF or JSON Feed into one form.
 * @param now replaces dates that are missing, not valid or in the future
 * @throws Error if it is none of these formats
 */
export function readFeedDocument(body: Buffer, contentType: string, url: string, now: Date): FeedDocument {
  const { title, items } = toItems(decode(body, contentType))
  const articles = items.slice(0, mostArticles).map((item): FeedArticle => {
    const text = shorten(item.text ?? toText(item.html ?? ''), longestText)
    const name = shorten(toText(item.title ?? ''), longestTitle) || shorten(text, 80) || 'Untitled'
    const link = item.link && URL.canParse(item.link, url) ? new URL(item.link, url).href : ''
    const usable = /^https?:/.test(link) && link.length <= longestLink ? link : ''
    return {
      guid: toGuid(item.id || usable) || hash(`${name}\n${text}`),
      link: usable,
      title: name,
      text,
      published: toTime(item.date, now),
    }
  })
  return { title: shorten(toText(title ?? ''), longestTitle) || new URL(url).host, articles }
}

function toItems(text: string): { title: string | undefined; items: Item[] } {
  const { format, feed } = parseFeed(text)
  if (format === 'rss')
    return {
      title: feed.title,
      items: (feed.items ?? []).map((item) => ({
        id: item.guid?.value,
        link: item.link ?? (item.guid?.isPermaLink === false ? undefined : item.guid?.value),
        title: item.title,
        html: item.content?.encoded ?? item.description,
        date: item.pubDate ?? item.dc?.dates?.[0],
      })),
    }
  if (format === 'rdf')
    return {
      title: feed.title,
      items: (feed.items ?? []).map((item) => ({
        id: item.rdf?.about,
        link: item.link,
        title: item.title,
        html: item.content?.encoded ?? item.description,
        date: item.dc?.dates?.[0],
      })),
    }
  if (format === 'atom')
    return {
      title: feed.title?.value,
      items: (feed.entries ?? []).map((entry) => ({
        id: entry.id,
        link: (entry.links?.find(({ rel }) => rel === undefined || rel === 'alternate') ?? entry.links?.[0])?.href,
        title: entry.title?.value,
        html: entry.content?.value ?? entry.summary?.value,
        date: entry.published ?? entry.updated,
      })),
    }
  return {
    title: feed.title,
    items: (feed.items ?? []).map((item) => ({
      id: item.id,
      link: item.url ?? item.external_url,
      title: item.title,
      html: item.content_html ?? item.summary,
      text: item.content_html === undefined ? item.content_text : undefined,
      date: item.date_published ?? item.date_modified,
    })),
  }
}

/** Uses the encoding from the header, or else from the XML declaration, or else UTF-8. */
function decode(body: Buffer, contentType: string): string {
  const declared =
    /charset="?([\w-]+)/i.exec(contentType) ??
    /^[^>]{0,100}encoding=["']([\w-]+)/.exec(body.subarray(0, 200).toString('latin1'))
  try {
    return new TextDecoder(declared?.[1] ?? 'utf-8').decode(body)
  } catch {
    return new TextDecoder().decode(body)
  }
}

const toText = (html: string): string =>
  convert(html.slice(0, longestHtml), {
    wordwrap: false,
    limits: { maxDepth: 50 },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { ignoreHref: true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  })

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

const toGuid = (id: string): string => (id.length > longestId ? hash(id) : id)

const shorten = (text: string, longest: number): string => {
  const characters = Array.from(text.toWellFormed().trim())
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`
}

function toTime(date: string | undefined, now: Date): string {
  const time = Date.parse(date ?? '')
  return new Date(time >= 0 && time <= now.getTime() ? time : now).toISOString()
}
