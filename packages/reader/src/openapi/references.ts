import type { Schema } from '../plugin-document.ts'
import { isObject, isRefusedName, memberOf } from '../text/members.ts'
import { plainLine, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'

export interface Followed {
  value: unknown
  /** The references that led there, the first first. */
  through: string[]
}

/** Finds what a `$ref` means, in the document alone: nothing is ever fetched. */
export class References {
  readonly #document: Schema
  readonly #repairs: Repairs

  constructor(document: Schema, repairs: Repairs) {
    this.#document = document
    this.#repairs = repairs
  }

  /** The node, or what its reference leads to; undefined where it leads nowhere or in a circle. */
  follow(node: unknown, pointer: string): Followed {
    const through: string[] = []
    let value = node
    let description: unknown
    while (isObject(value) && memberOf(value, '$ref') !== undefined) {
      const { $ref } = value
      description ??= memberOf(value, 'description')
      if (typeof $ref !== 'string' || through.includes($ref) || through.length >= 32) {
        this.#repairs.add(pointer, `The reference ${quote($ref)} leads nowhere; anything is taken there.`)
        return { value: undefined, through }
      }
      through.push($ref)
      value = this.#find($ref, pointer)
    }
    // OpenAPI 3.1 lets a description stand beside a reference.
    if (through.length > 0 && typeof description === 'string' && isObject(value)) value = { ...value, description }
    return { value, through }
  }

  #find($ref: string, pointer: string): unknown {
    if (/^(string|number|integer|boolean|object|array)$/.test($ref)) {
      this.#repairs.add(pointer, `"$ref: ${$ref}" is read as "type: ${$ref}".`)
      return { type: $ref }
    }
    if (!$ref.startsWith('#')) {
      this.#repairs.add(
        pointer,
        `The reference ${quote($ref)} leads out of the document and is not followed; anything is taken there.`,
      )
      return undefined
    }
    const steps = $ref.slice(1).split('/').slice(1, 40).map(decoded)
    const found = this.#walk(steps)
    if (found !== undefined) return found
    // Most that lead nowhere miss the folder, not the name: #/components/schema/Pet, #/definitions/Pet.
    const name = steps.at(-1) ?? ''
    for (const folder of [
      ['components', 'schemas'],
      ['definitions'],
      ['components', 'parameters'],
      ['components', 'requestBodies'],
    ]) {
      const meant = this.#walk([...folder, name])
      if (meant === undefined) continue
      this.#repairs.add(
        pointer,
        `The reference ${quote($ref)} leads nowhere; #/${folder.join('/')}/${plainLine(name, 60)} was taken.`,
      )
      return meant
    }
    this.#repairs.add(pointer, `The reference ${quote($ref)} leads nowhere; anything is taken there.`)
    return undefined
  }

  #walk(steps: readonly string[]): unknown {
    let node: unknown = this.#document
    for (const name of steps) {
      if (isRefusedName(name)) return undefined
      node = Array.isArray(node) ? node[Number(name)] : memberOf(node, name)
      if (node === undefined) return undefined
    }
    return node
  }
}

function decoded(step: string): string {
  let text = step
  try {
    text = decodeURIComponent(step)
  } catch {
    // A percent sign that means itself.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~')
}
