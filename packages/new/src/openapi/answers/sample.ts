import type { NamedShapes } from './named-shapes.ts'
import type { Shape } from './shape.ts'

const samples: Record<string, unknown> = {
  text: 'text',
  int: 1,
  int64: 1,
  number: 1.5,
  boolean: true,
  null: null,
  any: 'value',
}

/** An answer that fits the shape, for tests. */
export function sampleOf(shape: Shape, shapes: ReadonlyMap<string, Shape>): unknown {
  if (shape.kind === 'named') return sampleOf(shapes.get(shape.name) ?? { kind: 'any' }, shapes)
  if (shape.kind === 'list') return [sampleOf(shape.item, shapes)]
  if (shape.kind === 'map') return { key: sampleOf(shape.value, shapes) }
  if (shape.kind === 'nullable') return sampleOf(shape.inner, shapes)
  if (shape.kind === 'union') return sampleOf(shape.options[0] as Shape, shapes)
  if (shape.kind === 'object')
    return Object.fromEntries(
      shape.members
        .filter(({ isRequired }, index) => isRequired || index < 5)
        .map(({ name, shape }) => [name, sampleOf(shape, shapes)]),
    )
  return ('example' in shape ? shape.example : undefined) ?? samples[shape.kind]
}

/** The members of a shape in words, by their path, to compare two specs: `{ 'tags[].name': 'text' }`. */
export function wordsOf(
  shape: Shape,
  named: NamedShapes,
  path = '',
  open: readonly string[] = [],
): Record<string, string> {
  if (shape.kind === 'named')
    return open.includes(shape.name) || open.length > 4
      ? { [path]: shape.name }
      : wordsOf(named.get(shape.name), named, path, [...open, shape.name])
  if (shape.kind === 'list') return wordsOf(shape.item, named, `${path}[]`, open)
  if (shape.kind === 'map') return wordsOf(shape.value, named, `${path}{}`, open)
  if (shape.kind === 'nullable') {
    const inner = wordsOf(shape.inner, named, path, open)
    return path in inner ? { ...inner, [path]: `${inner[path]} or null` } : inner
  }
  if (shape.kind === 'union') return { [path]: [...new Set(shape.options.map(({ kind }) => kind))].join(' or ') }
  if (shape.kind === 'object')
    return Object.assign(
      {},
      ...shape.members.map((member) => {
        const at = path === '' ? member.name : `${path}.${member.name}`
        const inner = wordsOf(member.shape, named, at, open)
        return member.isRequired
          ? inner
          : Object.fromEntries(
              Object.entries(inner).map(([key, word]) => [key, key === at ? `${word}, optional` : word]),
            )
      }),
    )
  return { [path]: shape.kind }
}
