import { type Database, FullText, type Reading, type SearchableText } from '@reference-plugins/store'

/** Finds articles by their words. Each feed has an index of its own, so that a search reads no words of other feeds. */
export const createArticleIndex = (database: Database): FullText =>
  new FullText(database, { table: 'article_text', fields: 2, read })

interface IndexedArticle {
  key: number
  feed: number
  title: string
  text: string
}

async function read(reading: Reading, after: number, count: number): Promise<SearchableText[]> {
  const articles = await reading.all<IndexedArticle>`
    SELECT key, feed, title, text FROM article WHERE key > ${after} ORDER BY key LIMIT ${count}`
  return articles.map(toSearchable)
}

export const toSearchable = ({ key, feed, title, text }: IndexedArticle): SearchableText => ({
  key,
  owner: ownerOf(feed),
  fields: [title, text],
})

export const ownerOf = (feed: number): string => `feed ${feed}`
