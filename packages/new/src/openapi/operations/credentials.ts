import { type OpenApi, type Operation, objectOf, pairsOf, plainLine, wordOf } from '@reference-plugins/reader'
import type { Name } from '../../name.ts'
import { secretKey } from '../inputs/parts.ts'
import { wordsOf } from './operation-name.ts'

/** A secret that the API wants from the plugin. */
export interface ApiCredential {
  /** The variable with the value. */
  variable: string
  in: 'bearer' | 'basic' | 'header' | 'query' | 'cookie'
  /** Of the header, the pair or the cookie. */
  name: string | undefined
  /** What it is, for people. */
  words: string
}

export interface Credentials {
  credentials: ApiCredential[]
  /** Ways to sign in that nothing here can do. */
  unknown: string[]
}

/**
 * The secrets with which the operations can be called. An operation may name several ways, of which one is enough: the
 * one is taken whose schemes are needed most.
 */
export function readCredentials({ document }: OpenApi, operations: readonly Operation[], name: Name): Credentials {
  const { components, securityDefinitions, security } = document.root
  const schemes = new Map(
    pairsOf(objectOf(components).securitySchemes ?? securityDefinitions).map(([key, scheme]) => [
      key,
      objectOf(document.follow(scheme).value),
    ]),
  )
  // A spec that describes schemes and names none of them means all of its operations.
  const saysNothing = security === undefined && !operations.some(({ node }) => node.security !== undefined)
  const [only] = schemes.keys()
  const waysOf = (operation: Operation): string[][] =>
    saysNothing
      ? only === undefined
        ? []
        : [[only]]
      : operation.security.map((way) => Object.keys(way).filter((key) => schemes.has(key)))
  const count = new Map<string, number>()
  for (const operation of operations)
    for (const key of new Set(waysOf(operation).flat())) count.set(key, (count.get(key) ?? 0) + 1)
  const chosen = new Set<string>()
  const unknown = new Set<string>()
  for (const operation of operations) {
    const ways = waysOf(operation).filter((way) => way.length > 0)
    const possible = ways.filter((way) => way.every((key) => credentialOf(schemes.get(key) ?? {}, '') !== undefined))
    if (ways.length > 0 && possible.length === 0) for (const key of ways[0] ?? []) unknown.add(key)
    if (possible.some((way) => way.every((key) => chosen.has(key)))) continue
    const weight = (way: string[]): number => Math.min(...way.map((key) => count.get(key) ?? 0))
    const [best] = possible.sort((one, other) => weight(other) - weight(one))
    for (const key of best ?? []) chosen.add(key)
  }
  const credentials: ApiCredential[] = []
  const ofSchemes = [...chosen].flatMap((key) => credentialOf(schemes.get(key) ?? {}, name.constant) ?? [])
  for (const credential of [...ofSchemes, ...keysIn(operations, name.constant)]) {
    const place = (one: ApiCredential) =>
      `${one.in === 'bearer' || one.in === 'basic' ? 'header authorization' : `${one.in} ${one.name}`}`.toLowerCase()
    // Two secrets cannot be in one place, such as the header Authorization.
    if (credentials.some((one) => place(one) === place(credential))) {
      if (credentials.every(({ words }) => words !== credential.words)) unknown.add(credential.words)
      continue
    }
    const variable = freeVariable(credential, credentials, name.constant)
    credentials.push({ ...credential, variable })
  }
  return { credentials, unknown: [...unknown] }
}

function freeVariable(
  { variable, name, in: place }: ApiCredential,
  others: readonly ApiCredential[],
  prefix: string,
): string {
  const candidates = [
    variable,
    ...[name ?? place, `${place} ${name}`].map((words) => `${prefix}_${wordsOf(words).join('_').toUpperCase()}`),
  ]
  const isFree = (one: string): boolean => !others.some((other) => other.variable === one)
  return candidates.find(isFree) ?? `${variable}_${others.length + 1}`
}

/** A parameter that can only be a key, in a spec that names no scheme for it. */
const isKey = /^(x[-_])?(rapidapi[-_])?(api[-_]?key|rapidapi-key|subscription-key)$/i

function keysIn(operations: readonly Operation[], prefix: string): ApiCredential[] {
  const found = new Map<string, ApiCredential>()
  for (const { parameters } of operations)
    for (const { name, place } of parameters)
      if ((place === 'header' || place === 'query') && isKey.test(name))
        found.set(secretKey(place, name), {
          variable: `${prefix}_API_KEY`,
          in: place,
          name,
          words: `the key ${name} in ${place === 'query' ? 'the query' : 'a header'}`,
        })
  return [...found.values()]
}

function credentialOf(scheme: Record<string, unknown>, prefix: string): ApiCredential | undefined {
  const type = wordOf(scheme.type).toLowerCase()
  const http = type === 'http' ? wordOf(scheme.scheme).toLowerCase() : type
  const name = plainLine(scheme.name, 100)
  if (http === 'basic')
    return {
      variable: `${prefix}_PASSWORD`,
      in: 'basic',
      name: undefined,
      words: 'user name and password, as USER:PASSWORD',
    }
  if (http === 'bearer' || (type === 'http' && http === ''))
    return { variable: `${prefix}_TOKEN`, in: 'bearer', name: undefined, words: 'a bearer token' }
  if (type === 'oauth2' || type === 'openidconnect')
    return { variable: `${prefix}_TOKEN`, in: 'bearer', name: undefined, words: 'an access token of its OAuth server' }
  const place = wordOf(scheme.in).toLowerCase()
  if (type !== 'apikey' || !/^[\w!#$%&'*+.^`|~[\]-]+$/.test(name)) return undefined
  if (place === 'header' || place === 'query' || place === 'cookie')
    return {
      variable: `${prefix}_API_KEY`,
      in: place,
      name,
      words: `the key ${name} in ${place === 'query' ? 'the query' : `a ${place}`}`,
    }
  return undefined
}
