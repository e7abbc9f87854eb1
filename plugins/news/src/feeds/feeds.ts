import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database, FullText, Transaction } from '@reference-plugins/store'
import { createArticleIndex, ownerOf } from './article-index.ts'
import type { FeedDocument } from './feed-document.ts'
import { deleteOldest, inParts, saveArticle } from './save-articles.ts'

/** How many feeds a user may follow, not counting the default feeds. */
export const mostFeeds = 50

export interface Feed {
  key: number
  id: string
  url: string
  title: string
  etag: string | null
  last_modified: string | null
  fetched_at: string
  next_poll_at: string
  failures: number
}

export interface FollowedFeed extends Pick<Feed, 'id' | 'url' | 'title' | 'fetched_at'> {
  topic: string | null
}

/** When a feed was fetched, and when it is due. */
export type FeedTimes = Pick<Feed, 'fetched_at' | 'next_poll_at'>

/** The feeds, each stored once, and who follows them. Every user follows the default feeds until they remove them. */
export class Feeds {
  readonly #database: Database
  readonly #index: FullText

  constructor(database: Database) {
    this.#database = database
    this.#index = createArticleIndex(database)
  }

  /** Must have finished before the first search. */
  prepare(): Promise<void> {
    return this.#index.prepare()
  }

  list(user: string, offset: number, count: number): Promise<FollowedFeed[]> {
    return this.#database.all<FollowedFeed>`
      SELECT f.id, f.url, f.title, w.topic, f.fetched_at FROM feed f LEFT JOIN follow w ON w.feed = f.key AND w.user_id = ${user}
      WHERE coalesce(w.is_following, f.is_default) = 1 ORDER BY f.title, f.key LIMIT ${count} OFFSET ${offset}`
  }

  findByUrl(url: string): Promise<Feed | undefined> {
    return this.#database.get<Feed>`SELECT * FROM feed WHERE url = ${url}`
  }

  /** Whether the user may follow one more feed, or follows this one already. */
  hasRoom(user: string, url: string): Promise<boolean> {
    return hasRoom(this.#database, user, url)
  }

  /** Returns false if the user already follows {@link mostFeeds}. */
  follow(user: string, { key, url }: Feed, topic: string | null): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      if (!(await hasRoom(transaction, user, url))) return false
      await transaction.run`
        INSERT INTO follow (user_id, feed, topic, is_following) VALUES (${user}, ${key}, ${topic}, 1)
        ON CONFLICT (user_id, feed) DO UPDATE SET topic = excluded.topic, is_following = 1`
      return true
    })
  }

  /** Returns false if the user does not follow it. */
  unfollow(user: string, id: string): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const feed = await transaction.get<{ key: number }>`
        SELECT f.key FROM feed f LEFT JOIN follow w ON w.feed = f.key AND w.user_id = ${user}
        WHERE f.id = ${id} AND coalesce(w.is_following, f.is_default) = 1`
      if (!feed) return false
      await transaction.run`
        INSERT INTO follow (user_id, feed, is_following) VALUES (${user}, ${feed.key}, 0)
        ON CONFLICT (user_id, feed) DO UPDATE SET is_following = 0, topic = NULL`
      return true
    })
  }

  /** Feeds that are due and that somebody follows. Sample feeds are never due. */
  due(now: string, count: number): Promise<Feed[]> {
    return this.#database.all<Feed>`
      SELECT * FROM feed f WHERE next_poll_at <= ${now} AND url NOT LIKE 'sample:%'
        AND (is_default = 1 OR EXISTS (SELECT 1 FROM follow w WHERE w.feed = f.key AND w.is_following = 1))
      ORDER BY next_poll_at LIMIT ${count}`
  }

  /**
   * Saves the new and the changed articles of a feed, and deletes all but the newest 500. Indexing a long text takes
   * milliseconds, so others are served after each of them. The validators are saved last: if the process ends before, the
   * whole feed is read again.
   */
  async save(
    url: string,
    document: FeedDocument,
    state: FeedTimes & Pick<Feed, 'etag' | 'last_modified'>,
  ): Promise<Feed> {
    const { feed, isNew } = await this.#database.transaction(async (transaction) => {
      await insert(transaction, url)
      const before = (await transaction.get<Feed>`SELECT * FROM feed WHERE url = ${url}`) as Feed
      const feed = {
        ...before,
        title: document.title,
        ...state,
        failures: 0,
      }
      await transaction.run`
        UPDATE feed SET title = ${feed.title}, failures = 0, fetched_at = ${state.fetched_at}, next_poll_at = ${state.next_poll_at}
        WHERE key = ${feed.key}`
      return { feed, isNew: before.fetched_at === '' }
    })
    // What appears in a feed that was read before is as new as this reading.
    const unknown = isNew ? (document.changed ?? '') : state.fetched_at
    // Of articles with the same time the one saved last is listed first.
    for (const articles of inParts(document.articles.toReversed())) {
      await this.#database.transaction(async (transaction) => {
        for (const article of articles) {
          const stated = article.published ?? article.near ?? unknown
          const isFuture = stated > state.fetched_at
          await saveArticle(transaction, this.#index, feed.key, article, isFuture ? state.fetched_at : stated)
        }
      })
      await nextTurn()
    }
    const { etag, last_modified } = state
    await this.#database.transaction(async (transaction) => {
      await deleteOldest(transaction, this.#index, feed.key)
      await transaction.run`UPDATE feed SET etag = ${etag}, last_modified = ${last_modified} WHERE key = ${feed.key}`
    })
    return feed
  }

  async unchanged({ key }: Feed, { fetched_at, next_poll_at }: FeedTimes): Promise<void> {
    await this.#database.run`
      UPDATE feed SET failures = 0, fetched_at = ${fetched_at}, next_poll_at = ${next_poll_at} WHERE key = ${key}`
  }

  async failed({ key }: Feed, next: string): Promise<void> {
    await this.#database.run`UPDATE feed SET failures = failures + 1, next_poll_at = ${next} WHERE key = ${key}`
  }

  /** Deletes feeds that nobody follows. It waits until they are due, so that following one again soon needs no request. */
  async deleteUnfollowed(now: string): Promise<void> {
    const unfollowed = await this.#database.all<{ key: number }>`
      SELECT key FROM feed f WHERE next_poll_at <= ${now} AND is_default = 0
        AND NOT EXISTS (SELECT 1 FROM follow w WHERE w.feed = f.key AND w.is_following = 1)`
    for (const { key } of unfollowed)
      await this.#database.transaction(async (transaction) => {
        // Somebody may have followed it in the meantime.
        if (await transaction.get`SELECT 1 FROM follow WHERE feed = ${key} AND is_following = 1`) return
        const articles = await transaction.all<{ key: number }>`SELECT key FROM article WHERE feed = ${key}`
        await this.#index.remove(
          transaction,
          ownerOf(key),
          articles.map((article) => article.key),
        )
        await transaction.run`DELETE FROM article WHERE feed = ${key}`
        await transaction.run`DELETE FROM follow WHERE feed = ${key}`
        await transaction.run`DELETE FROM feed WHERE key = ${key}`
      })
  }

  /** Sets the feeds that every user starts with. New ones are due immediately. */
  async setDefaults(urls: readonly string[]): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      for (const url of urls) await insert(transaction, url)
      const before = await transaction.all<{ url: string }>`SELECT url FROM feed WHERE is_default = 1 ORDER BY url`
      for (const { url } of before)
        if (!urls.includes(url)) await transaction.run`UPDATE feed SET is_default = 0 WHERE url = ${url}`
      for (const url of urls)
        await transaction.run`UPDATE feed SET is_default = 1 WHERE url = ${url} AND is_default = 0`
    })
  }
}

async function hasRoom(reading: Database | Transaction, user: string, url: string): Promise<boolean> {
  const others = await reading.get<{ count: number }>`
    SELECT count(*) AS count FROM follow w JOIN feed f ON f.key = w.feed
    WHERE w.user_id = ${user} AND w.is_following = 1 AND f.url <> ${url}`
  return (others?.count ?? 0) < mostFeeds
}

const insert = (transaction: Transaction, url: string): Promise<number> =>
  transaction.run`
    INSERT INTO feed (id, url, title, is_default, fetched_at, next_poll_at)
    VALUES (${randomBytes(9).toString('base64url')}, ${url}, ${url}, 0, '', '') ON CONFLICT (url) DO NOTHING`
