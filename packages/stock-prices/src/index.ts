export { ages, CachedSource, type Dated } from './cached-source.ts'
export { createSampleSource } from './sample-source.ts'
export {
  type History,
  type Interval,
  intervals,
  type Match,
  type Quote,
  type Range,
  ranges,
  SourceError,
  type StockSource,
} from './stock-source.ts'
export { createYahooSource } from './yahoo-source.ts'
