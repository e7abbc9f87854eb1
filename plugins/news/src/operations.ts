import { pageInput, pageOutput, readPage, text, userOperation } from '@reference-plugins/core'
import { z } from 'zod'
import type { ArticleRow, Articles } from './feeds/articles.ts'
import { FeedError } from './feeds/feed-error.ts'
import type { FeedPoller } from './feeds/feed-poller.ts'
import { type Feeds, type FollowedFeed, mostFeeds } from './feeds/feeds.ts'
import { TooManyFetches } from './feeds/fetch-limit.ts'
import { isSample } from './feeds/sample-feeds.ts'

const feedId = text(20).describe('The id of a feed, from listFeeds or addFeed')
const topic = text(40)
const origin = {
  source: z.string().describe('The feed that this comes from. Tell the user, especially if it is a sample feed'),
  asOf: z.string().describe('When the feed was last read'),
}
const Article = z
  .object({
    id: z.string(),
    title: z.string(),
    link: z.string(),
    published: z.string().optional().describe('When it was published; missing if the feed does not say so clearly'),
    snippet: z.string(),
    ...origin,
  })
  .meta({ id: 'Article' })
const Feed = z
  .object({
    id: z.string(),
    title: z.string(),
    url: z.string(),
    topic: z.string().optional(),
    source: origin.source,
    asOf: z.string().optional().describe('When the feed was last read; missing if it has not been read yet'),
  })
  .meta({ id: 'Feed' })
const ArticlePage = z.object({ articles: z.array(Article), ...pageOutput })

export const createOperations = (feeds: Feeds, articles: Articles, poller: FeedPoller) => ({
  getHeadlines: userOperation('GET /headlines', {
    summary: 'Read the headlines of the feeds that the user follows, newest first',
    openWorld: true,
    input: z.object({
      topic: topic.optional().describe('Only feeds that the user has put under this topic'),
      feed: feedId.optional().describe('Only this feed, by its id'),
      since: z.iso
        .datetime({ offset: true })
        .optional()
        .describe('Only articles published at or after this time, or that had no date and appeared then'),
      ...pageInput,
    }),
    output: ArticlePage,
    async handler({ topic, feed, since, ...page }, { caller }) {
      const { items, nextOffset } = await readPage(page, async (...place) =>
        (await articles.list(caller.id, { topic, feed, since }, ...place)).map(toArticle),
      )
      return { articles: items, nextOffset }
    },
  }),

  searchArticles: userOperation('GET /search', {
    summary: 'Search the articles of the feeds that the user follows, by words in any language',
    openWorld: true,
    input: z.object({
      query: text(200).describe('Words that the article must contain, all of them. The start of a word is enough'),
      limit: z.int().min(1).max(50).default(10).describe('The most articles to return'),
      offset: pageInput.offset,
    }),
    output: ArticlePage,
    async handler({ query, ...page }, { caller }) {
      const { items, nextOffset } = await readPage(page, async (...place) =>
        (await articles.search(caller.id, query, ...place)).map(toArticle),
      )
      return { articles: items, nextOffset }
    },
  }),

  getArticle: userOperation('GET /articles/{id}', {
    summary: 'Read the text of one article, as far as its feed contains it',
    openWorld: true,
    input: z.object({ id: text(20).describe('The id of the article') }),
    output: Article.omit({ snippet: true }).extend({ text: z.string() }),
    errors: { 404: 'no feed of the user has this article' },
    async handler({ id }, { caller, fail }) {
      const found = await articles.read(caller.id, id)
      if (!found) throw fail(404, `Article ${id} does not exist: find it with searchArticles or getHeadlines`)
      const { snippet: _, ...article } = toArticle(found)
      return { ...article, text: found.text }
    },
  }),

  listFeeds: userOperation('GET /feeds', {
    summary: 'List the feeds that the user follows',
    openWorld: false,
    input: z.object(pageInput),
    output: z.object({ feeds: z.array(Feed), ...pageOutput }),
    async handler(page, { caller }) {
      const { items, nextOffset } = await readPage(page, async (...place) =>
        (await feeds.list(caller.id, ...place)).map(toFeed),
      )
      return { feeds: items, nextOffset }
    },
  }),

  addFeed: userOperation('POST /feeds', {
    summary: 'Follow a feed (RSS, Atom, RDF or JSON Feed) by its URL',
    openWorld: true,
    destructive: false,
    idempotent: true,
    input: z.object({
      url: text(2000).describe('The URL of the feed itself, not of the page that it belongs to'),
      topic: topic.optional().describe('A topic to put the feed under'),
    }),
    output: Feed,
    errors: {
      409: `the user already follows ${mostFeeds} feeds`,
      422: 'the URL is not a feed',
      429: 'the user adds too many feeds at once',
      503: 'all users together add too many feeds at once',
    },
    async handler({ url, topic = null }, { caller, fail, progress }) {
      if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw fail(422, 'Send the full URL, starting with https://')
      const { href } = new URL(url)
      const noRoom = () => fail(409, `The user already follows ${mostFeeds} feeds: remove one with removeFeed first`)
      if (!(await feeds.hasRoom(caller.id, href))) throw noRoom()
      progress(1, 3, `Reading ${href}`)
      const feed = await poller.add(href, caller.id).catch((error) => {
        if (error instanceof FeedError)
          throw fail(422, `No feed was added from ${href}: ${error.message}. ${error.advice}`)
        if (error instanceof TooManyFetches)
          throw fail(error.status, error.message, { headers: { 'retry-after': String(error.retryAfter) } })
        throw error
      })
      progress(2, 3, `Adding ${feed.title}`)
      if (!(await feeds.follow(caller.id, feed, topic))) throw noRoom()
      return toFeed({ ...feed, topic })
    },
  }),

  removeFeed: userOperation('DELETE /feeds/{id}', {
    summary: 'Stop following a feed',
    openWorld: false,
    input: z.object({ id: feedId }),
    output: z.object({ removed: z.literal(true) }),
    errors: { 404: 'the user does not follow this feed' },
    async handler({ id }, { caller, fail }) {
      if (!(await feeds.unfollow(caller.id, id)))
        throw fail(404, `The user does not follow a feed ${id}: find it with listFeeds`)
      return { removed: true as const }
    },
  }),
})

const toSource = (title: string, url: string): string =>
  isSample(url) ? `sample: ${title}, made up` : `${title}, ${url}`

const toArticle = (row: ArticleRow) => ({
  id: row.id,
  title: row.title,
  link: row.link,
  published: row.published_at ?? undefined,
  snippet: Array.from(row.text.replaceAll(/\s+/g, ' ')).slice(0, 200).join(''),
  source: toSource(row.feed_title, row.feed_url),
  asOf: row.fetched_at,
})

const toFeed = ({ id, title, url, topic, fetched_at }: FollowedFeed) => ({
  id,
  title,
  url,
  topic: topic ?? undefined,
  source: toSource(title, url),
  asOf: fetched_at || undefined,
})
