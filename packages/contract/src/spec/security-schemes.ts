import { type OpenApi, objectOf, type Schema } from '@reference-plugins/reader'

/** A security scheme, as far as it says where a secret goes. */
export interface Scheme {
  /** Its name in the spec. */
  name: string
  /** `other` is an HTTP scheme such as Digest; `unsupported` cannot be used by the tester. */
  kind: 'bearer' | 'basic' | 'key' | 'other' | 'unsupported'
  place: 'header' | 'query' | 'cookie'
  /** The name of the header, query parameter or cookie. */
  field: string
}

/** The alternatives of an operation: each names the schemes that are needed together. Undefined where the spec is silent. */
export type Security = readonly Record<string, unknown>[] | undefined

/** Reads the security schemes of OpenAPI 2.0, 3.0 and 3.1. */
export function readSchemes({ document }: Pick<OpenApi, 'document'>): Scheme[] {
  const { components, securityDefinitions } = document.root
  const named = objectOf(components).securitySchemes
  const place = named === undefined ? '/securityDefinitions' : '/components/securitySchemes'
  return Object.entries(objectOf(named ?? securityDefinitions)).map(([name, node]) =>
    readScheme(name, objectOf(document.follow(node, `${place}/${name}`).value)),
  )
}

function readScheme(name: string, scheme: Schema): Scheme {
  const type = String(scheme.type ?? '').toLowerCase()
  const http = String(scheme.scheme ?? '').toLowerCase()
  const authorization = { name, place: 'header', field: 'authorization' } as const
  if (type === 'basic' || (type === 'http' && http === 'basic')) return { ...authorization, kind: 'basic' }
  if (['oauth2', 'openidconnect', 'bearer'].includes(type) || (type === 'http' && http === 'bearer'))
    return { ...authorization, kind: 'bearer' }
  if (type === 'http') return { ...authorization, kind: 'other' }
  const [place, field] = [String(scheme.in ?? '').toLowerCase(), String(scheme.name ?? '')]
  if (type === 'apikey' && (place === 'header' || place === 'query' || place === 'cookie') && field !== '')
    return { name, kind: 'key', place, field: place === 'header' ? field.toLowerCase() : field }
  return { ...authorization, kind: 'unsupported' }
}

/** What a plugin expects whose spec names no scheme: a secret in the Authorization header. */
export const assumedScheme = (kind: 'bearer' | 'basic'): Scheme => ({
  name: kind,
  kind,
  place: 'header',
  field: 'authorization',
})
