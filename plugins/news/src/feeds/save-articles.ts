import { randomBytes } from 'node:crypto'
import type { FullText, Transaction } from '@reference-plugins/store'
import { ownerOf, toSearchable } from './article-index.ts'
import { type FeedArticle, hashWords } from './feed-document.ts'

const mostArticles = 500
const mostInPart = 20
const longestPart = 15_000

/** Parts of at most 20 articles, and of one if it is long. */
export function* inParts(articles: FeedArticle[]): Generator<FeedArticle[]> {
  let part: FeedArticle[] = []
  let length = 0
  for (const article of articles) {
    part.push(article)
    length += article.text.length
    if (part.length < mostInPart && length < longestPart) continue
    yield part
    part = []
    length = 0
  }
  if (part.length > 0) yield part
}

interface SavedArticle {
  key: number
  guid: string
  title: string
  text: string
  link: string
  published_at: string | null
  sorted_at: string
}

/** Inserts an article, or replaces the version of it that is saved. Its parts are always those of one version. */
export async function saveArticle(
  transaction: Transaction,
  index: FullText,
  feed: number,
  article: FeedArticle,
  sorted: string,
): Promise<void> {
  const { guid, link, title, text, published = null } = article
  const before = await findSaved(transaction, feed, article)
  const isChanged = before !== undefined && (before.title !== title || before.text !== text || before.link !== link)
  // The first date stays while the words do, because some feeds state a new one at each reading.
  const isDated = published !== null && before?.published_at == null
  if (before && (isChanged || isDated || before.guid !== guid))
    await transaction.run`
      UPDATE article SET guid = ${guid}, title = ${title}, text = ${text}, link = ${link}, published_at = ${published},
        sorted_at = ${published === null ? before.sorted_at : sorted}
      WHERE key = ${before.key}`
  if (before && !isChanged) return
  if (!before)
    await transaction.run`
      INSERT INTO article (id, feed, guid, link, title, text, published_at, sorted_at)
      VALUES (${randomBytes(9).toString('base64url')}, ${feed}, ${guid}, ${link}, ${title}, ${text}, ${published}, ${sorted})`
  const saved = before ?? (await findByGuid(transaction, feed, guid))
  if (saved) await index.put(transaction, toSearchable({ key: saved.key, feed, title, text }))
}

const findByGuid = (transaction: Transaction, feed: number, guid: string): Promise<SavedArticle | undefined> =>
  transaction.get<SavedArticle>`SELECT * FROM article WHERE feed = ${feed} AND guid = ${guid}`

/**
 * By its guid, unless title and link are both of another article: some feeds have one guid for whatever is newest. Or else
 * by a former guid, if all of its words are the same.
 */
async function findSaved(
  transaction: Transaction,
  feed: number,
  { guid, formerGuids, link, title, text }: FeedArticle,
): Promise<SavedArticle | undefined> {
  const found = await findByGuid(transaction, feed, guid)
  const isOther = found !== undefined && found.title !== title && found.link !== link
  if (found && !isOther) return found
  if (isOther) await yieldGuid(transaction, feed, found)
  for (const former of formerGuids) {
    const renamed = await transaction.get<SavedArticle>`
      SELECT * FROM article WHERE feed = ${feed} AND guid = ${former} AND link = ${link} AND title = ${title} AND text = ${text}`
    if (renamed) return renamed
  }
  return undefined
}

/** Identifies an article by its words, because another one has its guid now. */
async function yieldGuid(transaction: Transaction, feed: number, { key, title, text }: SavedArticle): Promise<void> {
  const hashed = hashWords(title, text)
  const isTaken = await transaction.get`SELECT 1 FROM article WHERE feed = ${feed} AND guid = ${hashed}`
  await transaction.run`UPDATE article SET guid = ${isTaken ? `${hashed}:${key}` : hashed} WHERE key = ${key}`
}

/** Deletes all but the newest 500. */
export async function deleteOldest(transaction: Transaction, index: FullText, feed: number): Promise<void> {
  const old = await transaction.all<{ key: number }>`
    SELECT key FROM article WHERE feed = ${feed} ORDER BY sorted_at DESC, key DESC LIMIT 100000 OFFSET ${mostArticles}`
  await index.remove(
    transaction,
    ownerOf(feed),
    old.map(({ key }) => key),
  )
  for (const { key } of old) await transaction.run`DELETE FROM article WHERE key = ${key}`
}
