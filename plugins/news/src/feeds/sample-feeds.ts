import { readFile } from 'node:fs/promises'
import { type FeedDocument, readFeedDocument } from './feed-document.ts'

const folder = new URL('../../data/', import.meta.url)

/** The feeds that everybody starts with unless NEWS_FEEDS is set: one in each format, made up. */
export const sampleFeeds = ['library.rss', 'observatory.atom', 'garden.rdf', 'workshop.json'].map(
  (name) => `sample:${name}`,
)

export const isSample = (url: string): boolean => url.startsWith('sample:')

export async function readSample(url: string): Promise<FeedDocument> {
  const name = url.slice('sample:'.length)
  const body = await readFile(new URL(name, folder))
  return readFeedDocument(body, '', `https://sample.example.com/${name}`, new Date())
}
