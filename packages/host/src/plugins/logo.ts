import { guardedFetch } from '@reference-plugins/guarded-fetch'

const largest = 512 * 1024
/** By their first bytes, whatever the server says. No SVG, which may hold scripts. */
const kinds: [type: string, begins: RegExp][] = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF....WEBP/s],
  ['image/gif', /^GIF8/],
]

/** A logo as it may be shown: fetched by the host, so that the plugin's server learns nothing of the user. */
export async function fetchLogo(
  url: string,
  allowLoopback: boolean,
): Promise<{ type: string; bytes: Buffer } | undefined> {
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
  guardedFetch(url, { allowLoopback, maximumBytes: largest, timeout: 10_000 }).then(
    ({ status, body }) => (status === 200 ? body : undefined),
    () => undefined,
  )
