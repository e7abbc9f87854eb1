import { setTimeout as sleep } from 'node:timers/promises'
import { guardedFetch } from '@reference-plugins/guarded-fetch'
import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'

const largest = 512 * 1024
const longestWait = 500
/** By the first bytes, not by the server's content type. No SVG, because it may contain scripts. */
const kinds: [type: string, begins: RegExp][] = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF....WEBP/s],
  ['image/gif', /^GIF8/],
]

export interface Logo {
  type: string
  bytes: Buffer
}

/**
 * Logos that are safe to show. The host fetches them, so that the plugin's server learns nothing about the user, and
 * keeps them for an hour. Browsers open six connections to a host, so no request waits long for a slow server: a logo
 * that takes more than half a second is shown the next time.
 */
export class Logos {
  readonly #kept: LRUCache<string, { logo: Logo | undefined }>

  constructor(allowLoopback: boolean) {
    // Name lookups use a few threads of the process, which calls need too.
    const turn = pLimit(2)
    this.#kept = new LRUCache({
      max: 1_000,
      maxSize: 32 * 1024 * 1024,
      sizeCalculation: ({ logo }) => 1 + (logo?.bytes.length ?? 0),
      ttl: 3_600_000,
      fetchMethod: (url) => turn(async () => ({ logo: await fetchLogo(url, allowLoopback) })),
    })
  }

  async get(url: string): Promise<Logo | undefined> {
    return (await Promise.race([this.#kept.fetch(url), sleep(longestWait, undefined, { ref: false })]))?.logo
  }
}

async function fetchLogo(url: string, allowLoopback: boolean): Promise<Logo | undefined> {
  const bytes = url.startsWith('data:') ? fromData(url) : await fromWeb(url, allowLoopback)
  const begin = bytes?.subarray(0, 16).toString('latin1') ?? ''
  const type = kinds.find(([, begins]) => begins.test(begin))?.[0]
  return bytes && type ? { type, bytes } : undefined
}

const fromData = (url: string): Buffer | undefined => {
  const [, base64] = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/=]+)$/.exec(url.slice(0, largest)) ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}

const fromWeb = (url: string, allowLoopback: boolean): Promise<Buffer | undefined> =>
  guardedFetch(url, { allowLoopback, maximumBytes: largest, timeout: 5_000 }).then(
    ({ status, body }) => (status === 200 ? body : undefined),
    () => undefined,
  )
