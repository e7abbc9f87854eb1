import type { Database, FullText } from '@reference-plugins/store'
import { createArticleIndex, ownerOf } from './article-index.ts'
import { articleTimes } from './articles-by-key.ts'

export interface ArticleRow {
  id: string
  title: string
  link: string
  text: string
  /** Null if the feed does not state it clearly. */
  published_at: string | null
  feed_id: string
  feed_title: string
  feed_url: string
  fetched_at: string
}

export interface ArticleFilter {
  topic?: string | undefined
  feed?: string | undefined
  since?: string | undefined
}

/** The articles of the feeds that a user follows. */
export class Articles {
  readonly #database: Database
  readonly #index: FullText

  constructor(database: Database) {
    this.#database = database
    this.#index = createArticleIndex(database)
  }

  /** Newest first. An article without a date has the place of its neighbour in the feed, or of its first reading. */
  list(
    user: string,
    { topic = '', feed = '', since = '' }: ArticleFilter,
    offset: number,
    count: number,
  ): Promise<ArticleRow[]> {
    const from = since === '' ? '' : new Date(since).toISOString()
    return this.#database.all<ArticleRow>`
      SELECT a.id, a.title, a.link, substr(a.text, 1, 300) AS text, a.published_at,
        f.id AS feed_id, f.title AS feed_title, f.url AS feed_url, f.fetched_at
      FROM feed f LEFT JOIN follow w ON w.feed = f.key AND w.user_id = ${user} JOIN article a ON a.feed = f.key
      WHERE coalesce(w.is_following, f.is_default) = 1 AND a.sorted_at >= ${from}
        AND (${topic} = '' OR w.topic = ${topic}) AND (${feed} = '' OR f.id = ${feed})
      ORDER BY a.sorted_at DESC, a.key DESC LIMIT ${count} OFFSET ${offset}`
  }

  /** Articles that contain all the words: first those with all of them in the title, then by date, newest first. */
  async search(user: string, query: string, offset: number, count: number): Promise<ArticleRow[]> {
    const feeds = await this.#database.all<{ key: number }>`
      SELECT f.key FROM feed f LEFT JOIN follow w ON w.feed = f.key AND w.user_id = ${user}
      WHERE coalesce(w.is_following, f.is_default) = 1`
    const owners = feeds.map(({ key }) => ownerOf(key))
    const levels = await this.#index.matches(owners, query)
    if (levels.size === 0) return []
    const found = await articleTimes(this.#database, [...levels.keys()])
    const byPlace = (a: (typeof found)[number], b: (typeof found)[number]) =>
      (levels.get(a.key) ?? 0) - (levels.get(b.key) ?? 0) || compare(b.sorted_at, a.sorted_at) || b.key - a.key
    const page = found.toSorted(byPlace).slice(offset, offset + count)
    const rows = await Promise.all(page.map(({ key }) => this.#byKey(key)))
    return rows.filter((row) => row !== undefined)
  }

  #byKey(key: number): Promise<ArticleRow | undefined> {
    return this.#database.get<ArticleRow>`
      SELECT a.id, a.title, a.link, a.text, a.published_at, f.id AS feed_id, f.title AS feed_title, f.url AS feed_url, f.fetched_at
      FROM article a JOIN feed f ON f.key = a.feed WHERE a.key = ${key}`
  }

  read(user: string, id: string): Promise<ArticleRow | undefined> {
    return this.#database.get<ArticleRow>`
      SELECT a.id, a.title, a.link, a.text, a.published_at, f.id AS feed_id, f.title AS feed_title, f.url AS feed_url, f.fetched_at
      FROM article a JOIN feed f ON f.key = a.feed LEFT JOIN follow w ON w.feed = f.key AND w.user_id = ${user}
      WHERE a.id = ${id} AND coalesce(w.is_following, f.is_default) = 1`
  }
}

/** Compares times in the form of the database. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
