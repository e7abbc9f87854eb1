import { isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import type { ModelChoice } from '../wire.ts'

export interface ModelAddress {
  provider: ModelChoice['provider']
  /** Where its API may be, the likeliest first; without a slash at the end. */
  candidates: [string, ...string[]]
}

/** Where the well-known APIs are below their domain. */
const usualPaths = ['/v1', '', '/api/v1', '/openai/v1']
const longest = 2_000

/**
 * Where a model may be that the user names by an address as people write it: `localhost:11434`, `api.groq.com`, the URL of
 * one of its operations.
 * @returns why it is not an address, in a sentence, if it is none
 */
export function toModelAddress(typed: string, apiKey = ''): ModelAddress | string {
  const text = typed.trim()
  if (text === '') return 'The address is empty'
  if (text.length > longest) return 'The address is too long'
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `${schemeFor(text)}://${text}`)
  if (!url || !/^https?:$/.test(url.protocol) || !/^[^\s]+$/.test(text))
    return `${text.slice(0, 100)} is not an address`
  if (url.username !== '' || url.password !== '') return 'The address contains a name or a password'
  const path = url.pathname
    .replace(/\/+$/, '')
    .replace(/\/(chat\/completions|completions|responses|messages|models)$/, '')
  const isAnthropic = /(^|\.)anthropic\.com$/.test(url.hostname) || apiKey.startsWith('sk-ant-')
  if (isAnthropic) return { provider: 'anthropic', candidates: [`${url.origin}${path === '' ? '/v1' : path}`] }
  const paths = path === '' ? usualPaths : [path, ...(path.endsWith('/v1') ? [] : [`${path}/v1`])]
  const [first = '', ...others] = paths.map((one) => `${url.origin}${one}`)
  return { provider: 'openai-compatible', candidates: [first, ...others] }
}

/** A name without a dot, an IP address and one with a port are of a machine nearby, which seldom has TLS. */
function schemeFor(text: string): 'http' | 'https' {
  const url = URL.parse(`http://${text}`)
  if (!url) return 'http'
  const isNear = url.port !== '' || isLoopbackUrl(url.href) || /^(\[.*\]|[\d.]+|[^.]+)$/.test(url.hostname)
  return isNear ? 'http' : 'https'
}
