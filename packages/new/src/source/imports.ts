const statement = /^import (type )?\{([^}]*)\} from '([^']+)'\n/gm

/** A name that a file needs, such as `serviceToken` or `type Settings`, by the module that has it. */
export type Needed = Readonly<Record<string, readonly string[]>>

/**
 * Adds the imports that are needed and removes those of names that the code does not use. Other forms than
 * `import { … }` stay as they are.
 */
export function withImports(code: string, needed: Needed = {}): string {
  const modules = new Map<string, Set<string>>()
  const add = (module: string, specifier: string) =>
    modules.set(module, (modules.get(module) ?? new Set()).add(specifier))
  for (const [, type = '', list = '', module = ''] of code.matchAll(statement))
    for (const one of list.split(',').map((part) => part.trim()))
      if (one !== '') add(module, type !== '' ? `type ${one}` : one)
  for (const [module, specifiers] of Object.entries(needed)) for (const one of specifiers) add(module, one)

  const body = code.replaceAll(statement, '')
  // `...name` is a use, and `.name` is a member of something else.
  const isUsed = (specifier: string) => new RegExp(`(?<!\\w|(?:^|[^.])\\.)${localName(specifier)}(?!\\w)`).test(body)
  const lines = [...modules].flatMap(([module, specifiers]) => {
    const used = [...specifiers].filter(isUsed)
    // A value and a type of one name are imported as the value.
    const names = used.filter((one) => !one.startsWith('type ') || !used.includes(one.slice('type '.length)))
    if (names.length === 0) return []
    const allTypes = names.every((one) => one.startsWith('type '))
    const list = names.map((one) => (allTypes ? one.slice('type '.length) : one)).sort(byName)
    return [`import ${allTypes ? 'type ' : ''}{ ${list.join(', ')} } from '${module}'\n`]
  })
  const others = /^(?:(?:import |\/\/)[^\n]*\n)*/.exec(body)?.[0] ?? ''
  return others + lines.join('') + body.slice(others.length)
}

const localName = (specifier: string): string => specifier.replace(/^type /, '').replace(/^\S+ as /, '')

const byName = (a: string, b: string): number => localName(a).localeCompare(localName(b))
