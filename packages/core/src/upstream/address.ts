import { z } from 'zod'
import { Problem } from '../problem.ts'

/** One value in a path, a query, a header or a form. */
export type Scalar = string | number | boolean
export type Values = Record<string, Scalar | readonly Scalar[] | null | undefined>

/** The setting for the address of an API, such as `https://api.example.com/v1`. */
export const BaseUrl = z.string().transform((value, { addIssue }) => {
  const url = URL.parse(value)
  const isFit =
    url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === ''
  if (!isFit) addIssue('must be the http or https URL of an API, such as https://api.example.com/v1, without a query')
  return value.replace(/\/+$/, '')
})

/**
 * The URL of a call. Every value is encoded, so that none can change the host or the path.
 * @throws Problem 400 for a value in the path that is empty or would lead to another path
 */
export function urlOf(baseUrl: string, path: string, values: Record<string, Scalar>, query: Values): URL {
  const filled = path.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = String(values[name] ?? '').toWellFormed()
    if (/^\.{0,2}$/.test(value))
      throw new Problem(400, `Correct the input and call again. ${name} must not be "${value}"`)
    return encodeURIComponent(value)
  })
  const url = new URL(baseUrl + filled)
  for (const [name, value] of pairsOf(query)) url.searchParams.append(name, value)
  return url
}

/** The pairs to send: a list repeats its name, and a value that is left out is not sent. */
export const pairsOf = (values: Values): [name: string, value: string][] =>
  Object.entries(values).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined && one !== null)
      .map((one): [string, string] => [name, String(one).toWellFormed()]),
  )
