import { corePaths } from './core-paths.ts'

const form = 'an http or https URL without a query'
const plainPath = /^(\/[A-Za-z0-9._~-]+)*\/?$/

/**
 * What is wrong with the public URL of a server, or undefined. It may have a path, where a proxy serves several plugins
 * under one domain.
 */
export function publicUrlFault(value: string): string | undefined {
  const url = URL.parse(value)
  const isWritten = url !== null && `${url.origin}${url.pathname}`.replace(/\/$/, '') === value.replace(/\/$/, '')
  if (!isWritten || !/^https?:$/.test(url.protocol)) return `must be ${form}, ${exampleFor(value)}`
  if (!plainPath.test(url.pathname)) return 'must have a path of letters, digits, ".", "_", "~" and "-" only'
  const [, first = ''] = url.pathname.split('/')
  if (corePaths.includes(first) || first === 'docs')
    return `must not have a path that begins with /${first}, which the plugin uses itself`
  return undefined
}

/** The path of a public URL, without a slash at the end: `/todo`, or an empty text. */
export const basePath = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/$/, '')

/** The origin that was probably meant. */
export function exampleFor(value: string): string {
  const meant = URL.parse(value) ?? URL.parse(`https://${value}`)
  const isMeant = meant !== null && /^https?:$/.test(meant.protocol) && meant.hostname.includes('.')
  return `such as ${isMeant ? meant.origin : 'https://todo.example.com'}`
}
