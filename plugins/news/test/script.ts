import type { ScriptedCall } from '@reference-plugins/testing'

type Headlines = { articles: { id: string }[] }
type Feeds = { feeds: { id: string }[] }

/** Every operation, called with valid and invalid input. `url` is the URL of a working feed. */
export const script = (url: string): ScriptedCall[] => [
  { operation: 'listFeeds', input: {} },
  { operation: 'getHeadlines', input: { limit: 5 } },
  { operation: 'getArticle', input: (answers) => ({ id: (answers[1] as Headlines).articles[0]?.id }) },
  { operation: 'getArticle', input: { id: 'none' }, refused: 404 },
  { operation: 'getHeadlines', input: { since: 'yesterday' }, refused: 400 },
  { operation: 'searchArticles', input: { query: 'the', limit: 2 } },
  { operation: 'searchArticles', input: { query: 'x'.repeat(201) }, refused: 400 },
  { operation: 'addFeed', input: { url, topic: 'tests' } },
  { operation: 'addFeed', input: { url: 'no address' }, refused: 422 },
  { operation: 'addFeed', input: { topic: 'tests' }, refused: 400 },
  { operation: 'removeFeed', input: (answers) => ({ id: (answers[0] as Feeds).feeds[0]?.id }) },
  { operation: 'removeFeed', input: { id: 'none' }, refused: 404 },
]
