/** Values from earlier answers, by the names of the inputs that they fit. */
export class Pool {
  readonly #values = new Map<string, unknown[]>()
  readonly #made = new Set<unknown>()
  readonly #versions = new Map<unknown, unknown>()

  /** Learns ids and similar values from an answer. `resource` is the last fixed part of the path: `notes`. */
  learn(answer: unknown, resource: string, depth = 0): void {
    if (depth > 4 || answer === null || typeof answer !== 'object') return
    if (Array.isArray(answer)) {
      for (const one of answer.slice(0, 5)) this.learn(one, resource, depth + 1)
      return
    }
    const { id, version, revision } = answer as Record<string, unknown>
    if (id !== undefined && (version ?? revision) !== undefined) this.#versions.set(id, version ?? revision)
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'object') this.learn(value, Array.isArray(value) ? name : resource, depth + 1)
      else if (/(^|_)(id|key|slug|symbol|code|uuid|version|revision)$/i.test(name) || /[a-z](Id|Key)$/.test(name)) {
        this.#add(name, value)
        this.#add(`${singular(resource)}${name}`, value)
      }
    }
  }

  /** The newest value for an input. Undefined where none was learnt. */
  find({ name }: { name: string }, resource: string): unknown {
    const key = normal(name)
    for (const wanted of [`${singular(resource)}${key}`, key, key.replace(/id$/, '') !== key ? 'id' : key]) {
      const values = this.#values.get(normal(wanted))
      if (values?.length) return values.at(-1)
    }
    return undefined
  }

  /** Remembers what this run created, by the answer to its creation. */
  learnMade(answer: unknown): void {
    const before = new Set([...this.#values.values()].flat())
    this.learn(answer, '')
    for (const value of [...this.#values.values()].flat()) if (!before.has(value)) this.#made.add(value)
  }

  isMade(value: unknown): boolean {
    return this.#made.has(value)
  }

  /** The last version of the item with this id. Undefined where none was seen. */
  versionOf(id: unknown): unknown {
    return this.#versions.get(id)
  }

  forget(value: unknown): void {
    for (const [name, values] of this.#values)
      this.#values.set(
        name,
        values.filter((one) => one !== value),
      )
  }

  #add(name: string, value: unknown): void {
    const key = normal(name)
    const values = this.#values.get(key) ?? []
    if (!values.includes(value)) values.push(value)
    this.#values.set(key, values)
  }
}

const normal = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')
const singular = (word: string): string => normal(word).replace(/ies$/, 'y').replace(/s$/, '')

/** The last part of a path that is not a parameter: `notes` of `/notes/{id}`. */
export const resourceOf = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && !part.startsWith('{'))
    .at(-1) ?? ''
