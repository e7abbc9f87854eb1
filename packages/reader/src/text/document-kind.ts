import { isObject, memberOf } from './members.ts'

/** What a text is, before it is read with care: by its first characters and the names in it. */
export function documentKind(text: string): 'manifest' | 'spec' | 'other' {
  const start = text.slice(0, 200_000)
  if (/^\uFEFF?\s*\{/.test(start)) {
    try {
      const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
      if (isObject(value)) {
        if (memberOf(value, 'openapi') !== undefined || memberOf(value, 'swagger') !== undefined) return 'spec'
        return ['name_for_model', 'api', 'apis', 'manifest', 'runtimes'].some(
          (name) => memberOf(value, name) !== undefined,
        )
          ? 'manifest'
          : memberOf(value, 'paths') === undefined
            ? 'other'
            : 'spec'
      }
    } catch {
      // A comma too many; the names say enough.
    }
    if (/"(name_for_model|name_for_human|description_for_model)"\s*:/.test(start)) return 'manifest'
    return /"(openapi|swagger|paths)"\s*:/.test(start) ? 'spec' : 'other'
  }
  return /^(["']?)(openapi|swagger|paths)\1\s*:/m.test(start) ? 'spec' : 'other'
}
