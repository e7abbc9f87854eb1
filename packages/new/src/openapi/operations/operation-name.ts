import { plainLine } from '@reference-plugins/reader'

const longest = 40
const digits = ['Zero', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine']
const versions = /^(api|rest|v\d+(\.\d+)*|index|\d+(\.\d+)+)$/i
const howMany = /^(all|one|many|list)$/i

interface Named {
  method: string
  path: string
  /** operationId, if there is one. */
  id: string | undefined
  summary: unknown
}

/** Gives each operation a name that every assistant takes: at most 40 letters, each name once. */
export class OperationNames {
  readonly #taken = new Set(Object.getOwnPropertyNames(Object.prototype).map((name) => name.toLowerCase()))

  take(operation: Named): string {
    const fromPath = ofPath(operation)
    const candidates = [ofId(operation), ofSummary(operation), fromPath].map(toName).filter((name) => name.length > 1)
    const [first = 'call'] = candidates
    for (let turn = 0; ; turn++) {
      const letters = turn === 0 ? '' : lettersOf(turn)
      for (const name of turn === 0 ? candidates : [`${first.slice(0, longest - letters.length)}${letters}`])
        if (!this.#taken.has(name.toLowerCase())) {
          this.#taken.add(name.toLowerCase())
          return name
        }
    }
  }
}

/** The words of operationId, without what frameworks add to the name of a function. */
function ofId({ id = '', method, path }: Named): string[] {
  // FastAPI: read_item_items__item_id__get.
  const added = `${path.replaceAll(/\W/g, '_')}_${method.toLowerCase()}`
  if (id.endsWith(added) && id.length > added.length) return wordsOf(id.slice(0, -added.length))
  // NestJS: CatsController_findAll; NSwag: Cats_GetById.
  const [, controller, action] = /^([A-Z][A-Za-z\d]*?)(?:Controller)?[_.]([A-Za-z]\w*)$/.exec(id) ?? []
  if (controller === undefined || action === undefined) return wordsOf(id)
  const words = wordsOf(action)
  const [noun, ...more] = wordsOf(controller)
  const singular = (noun ?? '').replace(/(ie)?s$/i, '').toLowerCase()
  if (words.some((word) => word.toLowerCase().startsWith(singular))) return words
  const verbs = words[1] !== undefined && howMany.test(words[1]) ? 2 : 1
  return [...words.slice(0, verbs), ...(noun === undefined ? [] : [noun, ...more]), ...words.slice(verbs)]
}

function ofSummary({ summary }: Named): string[] {
  const words = wordsOf(plainLine(summary, 60)).filter((word) => !/^(a|an|the)$/i.test(word))
  return words.length >= 2 && words.length <= 6 ? words : []
}

/** `GET /api/v1/orders/{orderId}` becomes get orders by order id. */
function ofPath({ method, path }: Named): string[] {
  const segments = (path.split('?')[0] ?? '').split('/').filter((segment) => segment !== '' && !versions.test(segment))
  const words = segments.flatMap((segment) =>
    segment.startsWith('{') ? ['by', ...wordsOf(segment)] : wordsOf(segment),
  )
  return [method.toLowerCase(), ...words]
}

/** Letters and digits, split at the other characters and before capitals. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .filter(Boolean)

/** As many whole words as fit, in camel case. */
function toName(words: readonly string[]): string {
  const spelled = words.map((word) => word.replaceAll(/\d/g, (digit) => digits[Number(digit)] ?? ''))
  let name = ''
  for (const word of spelled) {
    const part =
      name === ''
        ? word.charAt(0).toLowerCase() + lower(word.slice(1))
        : word.charAt(0).toUpperCase() + lower(word.slice(1))
    if (name.length + part.length > longest) return name === '' ? part.slice(0, longest) : name
    name += part
  }
  return name
}

/** `URL` is Url in a name. */
const lower = (word: string): string => (/^[A-Z]+$/.test(word) ? word.toLowerCase() : word)

const lettersOf = (turn: number): string => {
  const letter = String.fromCharCode(65 + (turn % 26))
  return turn < 26 ? letter : `${String.fromCharCode(64 + Math.floor(turn / 26))}${letter}`
}
