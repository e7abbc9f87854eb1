import { type Database, toMatch } from '@reference-plugins/store'

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

  constructor(database: Database) {
    this.#database = database
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
      FROM feed f LEFT JOIN follow w ON w.feed = f.key AND w.user = ${user} JOIN article a ON a.feed = f.key
      WHERE coalesce(w.is_following, f.is_default) = 1 AND a.sorted_at >= ${from}
        AND (${topic} = '' OR w.topic = ${topic}) AND (${feed} = '' OR f.id = ${feed})
      ORDER BY a.sorted_at DESC, a.key DESC LIMIT ${count} OFFSET ${offset}`
  }

  /** Articles that contain all the words: first those with all of them in the title, then by date, newest first. */
  async search(user: string, query: string, offset: number, count: number): Promise<ArticleRow[]> {
    const { beginnings: words } = toMatch(query)
    if (words === '') return []
    return this.#database.all<ArticleRow>`
      SELECT a.id, a.title, a.link, a.text, a.published_at, f.id AS feed_id, f.title AS feed_title, f.url AS feed_url, f.fetched_at
      FROM (
        SELECT rowid AS key, rowid IN (SELECT rowid FROM article_text WHERE article_text MATCH ${`{title} : (${words})`}) AS in_title
        FROM article_text WHERE article_text MATCH ${words}
      ) t JOIN article a ON a.key = t.key JOIN feed f ON f.key = a.feed LEFT JOIN follow w ON w.feed = f.key AND w.user = ${user}
      WHERE coalesce(w.is_following, f.is_default) = 1
      ORDER BY t.in_title DESC, a.sorted_at DESC, a.key DESC LIMIT ${count} OFFSET ${offset}`
  }

  read(user: string, id: string): Promise<ArticleRow | undefined> {
    return this.#database.get<ArticleRow>`
      SELECT a.id, a.title, a.link, a.text, a.published_at, f.id AS feed_id, f.title AS feed_title, f.url AS feed_url, f.fetched_at
      FROM article a JOIN feed f ON f.key = a.feed LEFT JOIN follow w ON w.feed = f.key AND w.user = ${user}
      WHERE a.id = ${id} AND coalesce(w.is_following, f.is_default) = 1`
  }
}
