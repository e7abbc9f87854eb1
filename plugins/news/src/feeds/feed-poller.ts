import cluster from 'node:cluster'
import type { Resource } from '@reference-plugins/core'
import {
  FetchFailed,
  FetchRefused,
  type GuardedResponse,
  guardedFetch,
  retryAfterSeconds,
} from '@reference-plugins/guarded-fetch'
import { type Database, withLease } from '@reference-plugins/store'
import type { FeedDocument } from './feed-document.ts'
import { FeedError } from './feed-error.ts'
import { FeedReader } from './feed-reader.ts'
import type { Feed, Feeds } from './feeds.ts'
import { FetchLimit } from './fetch-limit.ts'
import { isSample, readSample } from './sample-feeds.ts'

const minute = 60_000
const shortestWait = 15 * minute
const longestWait = 24 * 60 * minute
const atOnce = 4
const longestFeed = 4 * 2 ** 20
const never = '9999'
const accept = 'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5'

export interface FeedPollerOptions {
  feeds: Feeds
  /** Where instances agree on which of them polls. */
  database: Database
  allowLoopback: boolean
  /** Tells the servers of feeds who is asking. */
  userAgent: string
  /** The time limit of one fetch, in milliseconds. */
  timeout?: number
  /** How often it looks for feeds that are due, in seconds. */
  interval?: number
}

/**
 * Fetches feeds: immediately when one is added, and after that no more often than is polite. Of the instances with one
 * database one polls at a time.
 */
export class FeedPoller implements Resource {
  readonly #options: FeedPollerOptions
  readonly #reader = new FeedReader()
  readonly #fetches: FetchLimit
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<unknown> = Promise.resolve()
  readonly #adding = new Map<string, Promise<Feed>>()

  constructor(options: FeedPollerOptions) {
    this.#options = options
    const { counts } = options.database
    this.#fetches = new FetchLimit(counts.isRemote || cluster.isWorker ? counts : undefined)
  }

  /** Reads the sample feeds among the default ones and starts polling the others in the background. */
  async start(defaults: readonly string[]): Promise<void> {
    await this.#options.feeds.setDefaults(defaults)
    for (const url of defaults.filter(isSample)) await this.#save(url, await readSample(url), {}, new Date(), never)
    const { database, interval = 30 } = this.#options
    const pollAlone = () =>
      withLease(database, 'poll-feeds', interval, (signal) => this.poll(signal)).catch(() => false)
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(pollAlone)
    }, interval * 1000).unref()
    this.#running = pollAlone()
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await this.#reader.close()
    await this.#running
  }

  /** Fetches the feeds that are due, until `signal` aborts or the poller is closed. */
  async poll(signal = this.#stop.signal): Promise<void> {
    const { feeds } = this.#options
    const either = AbortSignal.any([signal, this.#stop.signal])
    await feeds.deleteUnfollowed(new Date().toISOString())
    while (!either.aborted) {
      const due = await feeds.due(new Date().toISOString(), atOnce)
      if (due.length === 0) return
      await Promise.all(due.map((feed) => this.#poll(feed, either)))
    }
  }

  /**
   * Fetches a feed for a user and saves it, unless it is saved already and not due yet.
   * @throws FeedError, TooManyFetches
   */
  add(url: string, user: string): Promise<Feed> {
    const adding = this.#adding.get(url) ?? this.#add(url, user).finally(() => this.#adding.delete(url))
    this.#adding.set(url, adding)
    return adding
  }

  async #add(url: string, user: string): Promise<Feed> {
    const now = new Date()
    const known = await this.#options.feeds.findByUrl(url)
    if (known && known.next_poll_at > now.toISOString()) {
      if (known.fetched_at !== '') return known
      throw new FeedError('it could not be read a short time ago and will be tried again later')
    }
    return this.#fetches.run(user, async () => {
      const response = await this.#fetch(url, {}, this.#stop.signal)
      if (response.status !== 200) throw new FeedError(`its server responded with ${response.status}`)
      return this.#save(url, await this.#read(response, now), response, now, later(now, shortestWait))
    })
  }

  async #poll(feed: Feed, signal: AbortSignal): Promise<void> {
    const { feeds } = this.#options
    const now = new Date()
    try {
      const headers = {
        ...(feed.etag !== null && { 'if-none-match': feed.etag }),
        ...(feed.last_modified !== null && { 'if-modified-since': feed.last_modified }),
      }
      const response = await this.#fetch(feed.url, headers, signal)
      if (response.status === 304)
        return await feeds.unchanged(feed, { fetched_at: now.toISOString(), next_poll_at: later(now, shortestWait) })
      if (response.status === 200) {
        await this.#save(feed.url, await this.#read(response, now), response, now, later(now, shortestWait))
        return
      }
      await feeds.failed(feed, later(now, response.status === 410 ? longestWait : backOff(feed), retryAfter(response)))
    } catch (error) {
      if (!(error instanceof FeedError)) throw error
      // The plugin stopped during the fetch, or another instance polls now: the feed did not fail.
      if (signal.aborted) return
      await feeds.failed(feed, later(now, backOff(feed)))
    }
  }

  #read({ body, headers, url }: GuardedResponse, now: Date): Promise<FeedDocument> {
    return this.#reader.read({ body, contentType: headers.get('content-type') ?? '', url, now })
  }

  #save(
    url: string,
    document: FeedDocument,
    response: Partial<GuardedResponse>,
    now: Date,
    next: string,
  ): Promise<Feed> {
    return this.#options.feeds.save(url, document, {
      etag: response.headers?.get('etag') ?? null,
      last_modified: response.headers?.get('last-modified') ?? null,
      fetched_at: now.toISOString(),
      next_poll_at: next,
    })
  }

  async #fetch(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<GuardedResponse> {
    const { allowLoopback, userAgent, timeout = 15_000 } = this.#options
    try {
      return await guardedFetch(url, {
        allowLoopback,
        timeout,
        maximumBytes: longestFeed,
        headers: { ...headers, accept, 'user-agent': userAgent },
        signal,
      })
    } catch (error) {
      if (error instanceof FetchRefused || error instanceof FetchFailed) throw new FeedError(error.message)
      throw error
    }
  }
}

/** Doubles with each failure. A random part keeps feeds that failed together from being fetched together again. */
const backOff = ({ failures }: Feed): number =>
  Math.min(longestWait, shortestWait * 2 ** failures) * (1 + Math.random() / 10)

const retryAfter = ({ headers }: GuardedResponse): number =>
  Math.min((retryAfterSeconds(headers.get('retry-after')) ?? 0) * 1000, longestWait)

const later = (now: Date, ...waits: number[]): string => new Date(now.getTime() + Math.max(...waits)).toISOString()
