import { isObject, isRefusedName, memberOf, type Schema } from '../text/members.ts'
import { decoded, plainLine, quote } from '../text/plain-text.ts'
import { Repairs } from '../text/repairs.ts'

export interface Followed {
  value: unknown
  /** The references that led there, the first one first. */
  through: string[]
}

const mostBroken = 200

/** A spec while it is read. A `$ref` is followed inside it only: nothing is ever fetched. */
export class SpecDocument {
  readonly root: Schema
  readonly repairs: Repairs
  /** References that do not resolve as they are written. */
  readonly broken: { pointer: string; message: string }[] = []

  constructor(root: Schema, repairs = new Repairs('spec')) {
    this.root = root
    this.repairs = repairs
  }

  /**
   * The node, or what its reference leads to; undefined for a reference that leads nowhere or in a circle. Without the
   * pointer of the node a fault is not reported.
   */
  follow(node: unknown, pointer?: string): Followed {
    const through: string[] = []
    let value = node
    let description: unknown
    while (isObject(value) && memberOf(value, '$ref') !== undefined) {
      const { $ref } = value
      description ??= memberOf(value, 'description')
      if (typeof $ref !== 'string' || through.includes($ref) || through.length >= 32) {
        this.#report(pointer, `The reference ${quote($ref)} does not exist; any value is accepted there.`)
        return { value: undefined, through }
      }
      through.push($ref)
      value = this.#find($ref, pointer)
    }
    // OpenAPI 3.1 lets a description stand beside a reference.
    if (through.length > 0 && typeof description === 'string' && isObject(value)) value = { ...value, description }
    return { value, through }
  }

  #find($ref: string, pointer: string | undefined): unknown {
    if (/^(string|number|integer|boolean|object|array)$/.test($ref)) {
      this.#report(pointer, `"$ref: ${$ref}" is read as "type: ${$ref}".`)
      return { type: $ref }
    }
    if (!$ref.startsWith('#')) {
      const fault = `The reference ${quote($ref)} points outside this document and is not followed`
      return void this.#report(pointer, `${fault}; any value is accepted there.`)
    }
    const steps = $ref.slice(1).split('/').slice(1, 40).map(nameOf)
    const found = this.#walk(steps)
    if (found !== undefined) return found
    // Most broken references have the wrong folder, not the wrong name: #/components/schema/Pet, #/definitions/Pet.
    const name = steps.at(-1) ?? ''
    for (const folder of ['components/schemas', 'definitions', 'components/parameters', 'components/requestBodies']) {
      const meant = this.#walk([...folder.split('/'), name])
      if (meant === undefined) continue
      const used = `#/${folder}/${plainLine(name, 60)}`
      this.#report(pointer, `The reference ${quote($ref)} does not exist; ${used} is used instead.`)
      return meant
    }
    return void this.#report(pointer, `The reference ${quote($ref)} does not exist; any value is accepted there.`)
  }

  #walk(steps: readonly string[]): unknown {
    let node: unknown = this.root
    for (const name of steps) {
      if (isRefusedName(name)) return undefined
      node = Array.isArray(node) ? node[Number(name)] : memberOf(node, name)
      if (node === undefined) return undefined
    }
    return node
  }

  #report(pointer: string | undefined, message: string): void {
    if (pointer === undefined) return
    const isKnown = this.broken.some((one) => one.pointer === pointer && one.message === message)
    if (this.broken.length < mostBroken && !isKnown) this.broken.push({ pointer, message })
    this.repairs.add(pointer, message)
  }
}

const nameOf = (step: string): string => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~')
