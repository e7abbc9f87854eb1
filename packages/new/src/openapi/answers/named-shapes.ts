import type { OpenApi } from '@reference-plugins/reader'
import { namesIn, partsOf, type Shape } from './shape.ts'
import { ShapeReader } from './shape-reader.ts'

const mostNamed = 120
const deepest = 5

/** The schemas of a spec that have a name, as the answers need them. */
export class NamedShapes {
  readonly #reader: ShapeReader
  readonly #references = new Map<string, string>()
  readonly #shapes = new Map<string, Shape>()

  constructor(document: OpenApi['document']) {
    this.#reader = new ShapeReader(document, (reference) => this.#nameOf(reference))
  }

  read(node: unknown, pointer: string): Shape {
    return this.#reader.read(node, pointer)
  }

  /** What a name stands for; `any` for one beyond the limits. */
  get(name: string): Shape {
    const known = this.#shapes.get(name)
    if (known) return known
    const reference = [...this.#references].find(([, one]) => one === name)?.[0] ?? ''
    const shape = this.#reader.find(reference)
    this.#shapes.set(name, shape)
    return shape
  }

  /**
   * The names that some shapes need, each after those that it needs itself. A circle, and what lies too deep, is cut: there
   * the shapes have `any`.
   */
  inOrder(roots: readonly Shape[]): [name: string, shape: Shape][] {
    const kept = this.#near(roots)
    const ordered = new Map<string, Shape>()
    const visit = (name: string, open: readonly string[]): void => {
      if (ordered.has(name)) return
      const cut = this.#cut(this.get(name), [...open, name], kept)
      for (const inner of namesIn(cut)) visit(inner, [...open, name])
      ordered.set(name, cut)
    }
    for (const root of roots) for (const name of namesIn(root)) visit(name, [])
    return [...ordered]
  }

  /** The names that are reached in a few steps. */
  #near(roots: readonly Shape[]): Set<string> {
    const found = new Set<string>()
    let names = roots.flatMap(namesIn)
    for (let depth = 0; depth < deepest; depth++) {
      for (const name of names) if (found.size < mostNamed) found.add(name)
      names = names
        .flatMap((name) => (found.has(name) ? namesIn(this.get(name)) : []))
        .filter((name) => !found.has(name))
    }
    return found
  }

  #cut(shape: Shape, open: readonly string[], kept: ReadonlySet<string>): Shape {
    if (shape.kind === 'named') {
      if (open.includes(shape.name)) return { kind: 'any', why: `${shape.name} again: the spec refers to itself here` }
      return kept.has(shape.name) ? shape : { kind: 'any', why: `${shape.name}: the spec is nested deeply here` }
    }
    const cut = (inner: Shape): Shape => this.#cut(inner, open, kept)
    if (partsOf(shape).length === 0) return shape
    if (shape.kind === 'list') return { ...shape, item: cut(shape.item) }
    if (shape.kind === 'map') return { ...shape, value: cut(shape.value) }
    if (shape.kind === 'nullable') return { ...shape, inner: cut(shape.inner) }
    if (shape.kind === 'union') return { ...shape, options: shape.options.map(cut) }
    if (shape.kind !== 'object') return shape
    return { ...shape, members: shape.members.map((member) => ({ ...member, shape: cut(member.shape) })) }
  }

  /** `#/components/schemas/pet-item` is PetItem in code. */
  #nameOf(reference: string): string {
    const known = this.#references.get(reference)
    if (known !== undefined) return known
    const words = decodeURIComponentSafely(reference.slice(reference.lastIndexOf('/') + 1)).split(/[^A-Za-z0-9]+/)
    const pascal = words
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')
      .slice(0, 60)
    const wanted = /^[A-Z]/.test(pascal) && !taken.has(pascal) ? pascal : `Api${pascal}`
    const used = new Set(this.#references.values())
    let name = wanted
    for (let number = 2; used.has(name); number++) name = `${wanted}${number}`
    this.#references.set(reference, name)
    return name
  }
}

/** Core's own schema, and what code means by these names. */
const taken = new Set(
  'Problem Object Array String Number Boolean Date Error Map Set Promise Function Symbol Record Partial Upstream Infinity NaN JSON Math Proxy Reflect RegExp Intl Buffer URL'.split(
    ' ',
  ),
)

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
