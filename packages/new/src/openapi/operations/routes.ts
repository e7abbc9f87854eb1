/** What core serves itself, and what its paths may have. */
const taken = /^(\.well-known|livez|readyz|openapi(-3\.0)?\.(json|yaml)|logo\.png|legal|mcp|oauth|docs)$/
const plain = /^[A-Za-z0-9._~-]+$/

/** Gives each operation a path of the plugin: that of the API where core can serve it. */
export class Routes {
  readonly #names = new Map<string, string>()
  readonly #taken = new Set<string>()

  /** @param inputs the names of the path's inputs, by their names in the API */
  take(method: string, path: string, id: string, inputs: ReadonlyMap<string, string>): string {
    const own = path
      .replace(/\/+$/, '')
      .replaceAll(/\{([^{}]*)\}/g, (_, name: string) => `{${inputs.get(name) ?? name}}`)
    const other = [`/${id}`, ...Array.from(inputs.values(), (name) => `{${name}}`)].join('/')
    const route = isServed(own) && this.#isFree(method, own) ? own : other
    const shape = shapeOf(route)
    this.#names.set(shape, route)
    this.#taken.add(`${method} ${shape}`)
    return route
  }

  /** The same path must have the same names in every operation. */
  #isFree(method: string, route: string): boolean {
    const shape = shapeOf(route)
    return !this.#taken.has(`${method} ${shape}`) && (this.#names.get(shape) ?? route) === route
  }
}

const shapeOf = (route: string): string => route.replaceAll(/\{[^}]*\}/g, '{}')

function isServed(route: string): boolean {
  const [empty, first = '', ...others] = route.split('/')
  const names = others.filter((segment) => segment.startsWith('{'))
  return (
    new Set(names).size === names.length &&
    empty === '' &&
    plain.test(first) &&
    !taken.test(first) &&
    others.every(
      (segment) => (plain.test(segment) && !/^\.+$/.test(segment)) || /^\{[A-Za-z][A-Za-z0-9_]*\}$/.test(segment),
    )
  )
}
