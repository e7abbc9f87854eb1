import { readFile } from 'node:fs/promises'
import type { Resource } from '@reference-plugins/core'
import { FetchFailed, FetchRefused, type GuardedResponse, guardedFetch } from '@reference-plugins/guarded-fetch'
import { type FeedDocument, readFeedDocument } from './feed-document.ts'
import type { Feed, Feeds } from './feeds.ts'

const minute = 60_000
const shortestWait = 15 * minute
const longestWait = 24 * 60 * minute
const tick = 30_000
const atOnce = 4
const longestFeed = 4 * 2 ** 20
const never = '9999'
const accept = 'application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5'

/** The feed cannot be had. The message says why, for the one who named it. */
export class FeedError extends Error {
  override readonly name = 'FeedError'
}

export interface FeedPollerOptions {
  /** The folder of the files behind `sample:NAME`, ending with a slash. */
  samples?: URL
  feeds: Feeds
  allowLoopback: boolean
  /** For the servers of feeds: who asks. */
  userAgent: string
  /** For one fetch, in milliseconds. */
  timeout?: number
}

/** Fetches feeds: at once when one is added, and from then on as seldom as is polite. */
export class FeedPoller implements Resource {
  readonly #options: FeedPollerOptions
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<unknown> = Promise.resolve()
  readonly #adding = new Map<string, Promise<Feed>>()

  constructor(options: FeedPollerOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.poll()).catch(() => {})
    }, tick).unref()
    this.#running = this.poll().catch(() => {})
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await this.#running
  }

  /** Fetches the feeds whose time has come. */
  async poll(): Promise<void> {
    const { feeds } = this.#options
    await feeds.forgetUnfollowed(new Date().toISOString())
    while (!this.#stop.signal.aborted) {
      const due = await feeds.due(new Date().toISOString(), atOnce)
      if (due.length === 0) return
      await Promise.all(due.map((feed) => this.#poll(feed)))
    }
  }

  /**
   * Fetches a feed that nobody may have followed before, and keeps it. One whose next time has not come is as it was kept.
   * @throws FeedError
   */
  add(url: string): Promise<Feed> {
    const adding = this.#adding.get(url) ?? this.#add(url).finally(() => this.#adding.delete(url))
    this.#adding.set(url, adding)
    return adding
  }

  async #add(url: string): Promise<Feed> {
    const now = new Date()
    if (url.startsWith('sample:')) return this.#keep(url, await readSample(url, this.#options.samples), {}, now, never)
    const known = await this.#options.feeds.findByUrl(url)
    if (known && known.next_poll_at > now.toISOString()) {
      if (known.fetched_at !== '') return known
      throw new FeedError('it could not be read a short while ago, and is read again later')
    }
    const answer = await this.#fetch(url, {})
    if (answer.status !== 200) throw new FeedError(`its server answers ${answer.status}`)
    return this.#keep(url, read(answer, now), answer, now, later(now, shortestWait))
  }

  async #poll(feed: Feed): Promise<void> {
    const { feeds } = this.#options
    const now = new Date()
    try {
      const headers = {
        ...(feed.etag !== null && { 'if-none-match': feed.etag }),
        ...(feed.last_modified !== null && { 'if-modified-since': feed.last_modified }),
      }
      const answer = await this.#fetch(feed.url, headers)
      if (answer.status === 304)
        return await feeds.unchanged(feed, { fetched: now.toISOString(), next: later(now, shortestWait) })
      if (answer.status === 200) {
        await this.#keep(feed.url, read(answer, now), answer, now, later(now, shortestWait))
        return
      }
      await feeds.failed(feed, later(now, answer.status === 410 ? longestWait : backOff(feed), retryAfter(answer, now)))
    } catch (error) {
      if (!(error instanceof FeedError)) throw error
      // That it was not read is not the feed's fault.
      if (this.#stop.signal.aborted) return
      await feeds.failed(feed, later(now, backOff(feed)))
    }
  }

  #keep(url: string, document: FeedDocument, answer: Partial<GuardedResponse>, now: Date, next: string): Promise<Feed> {
    const validators = {
      etag: answer.headers?.get('etag') ?? null,
      lastModified: answer.headers?.get('last-modified') ?? null,
    }
    return this.#options.feeds.keep(url, document, validators, { fetched: now.toISOString(), next })
  }

  async #fetch(url: string, headers: Record<string, string>): Promise<GuardedResponse> {
    const { allowLoopback, userAgent, timeout = 15_000 } = this.#options
    try {
      return await guardedFetch(url, {
        allowLoopback,
        timeout,
        maximumBytes: longestFeed,
        headers: { ...headers, accept, 'user-agent': userAgent },
        signal: this.#stop.signal,
      })
    } catch (error) {
      if (error instanceof FetchRefused || error instanceof FetchFailed) throw new FeedError(error.message)
      throw error
    }
  }
}

function read({ body, headers, url }: GuardedResponse, now: Date): FeedDocument {
  try {
    return readFeedDocument(body, headers.get('content-type') ?? '', url, now)
  } catch {
    throw new FeedError('what is there is no RSS, Atom, RDF or JSON feed')
  }
}

/** Samples take the same way as other feeds, from where they are read. */
async function readSample(url: string, folder: URL | undefined): Promise<FeedDocument> {
  const name = url.slice('sample:'.length)
  const body = await readFile(new URL(name, folder))
  return readFeedDocument(body, '', `https://sample.example.com/${name}`, new Date())
}

/** Doubles with each failure, and differs a little, so that not all come back at the same time. */
const backOff = ({ failures }: Feed): number =>
  Math.min(longestWait, shortestWait * 2 ** failures) * (1 + Math.random() / 10)

/** RFC 9110, section 10.2.3: seconds or a date. */
function retryAfter({ headers }: GuardedResponse, now: Date): number {
  const value = headers.get('retry-after') ?? ''
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime()
  return Number.isNaN(wait) ? 0 : Math.min(wait, longestWait)
}

const later = (now: Date, ...waits: number[]): string => new Date(now.getTime() + Math.max(...waits)).toISOString()
