import { asObject, type Schema } from '../spec/spec.ts'
import { formsOf, memberSchema, typeOf } from '../values/forms.ts'
import { isSame } from './things.ts'

/** How a value that was sent compares with what an answer shows. `tidied`: the same text in another form. */
export type Echo = 'same' | 'other' | 'tidied' | 'unclear'

/** Texts that servers bring into one form, such as the host of an address in lower case. */
const isNormalized = (name: string, format: unknown): boolean =>
  ['uri', 'url', 'email', 'hostname', 'idn-email', 'idn-hostname', 'iri', 'duration', 'byte', 'binary'].includes(
    String(format),
  ) ||
  /mail|login|user|slug|tag|code|currency|sku|symbol|host|domain|url|uri|link|phone|locale|lang|country|zone|colou?r|key|html|markdown/i.test(
    name,
  )

export const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  value === false ||
  value === 0 ||
  (typeof value === 'object' && Object.keys(value).length === 0)

/** Compares one member. `unclear`: many servers do this on purpose, or the answer does not show it. */
export function compare(name: string, sent: unknown, shown: unknown, schema: Schema): Echo {
  if (isSame(sent, shown)) return 'same'
  // What is empty may be left out, and null may stand for it.
  if (shown === undefined || (isEmpty(sent) && (shown === null || shown === ''))) return 'unclear'
  if (typeof sent === 'number')
    return typeof shown === 'number' || (typeof shown === 'string' && shown !== '')
      ? isClose(sent, Number(shown))
        ? 'same'
        : 'other'
      : shown === null || typeof shown === 'boolean'
        ? 'other'
        : 'unclear'
  if (typeof sent === 'boolean') return typeof shown === 'boolean' || shown === null ? 'other' : 'unclear'
  if (typeof sent === 'string') return compareTexts(name, sent, shown, schema)
  if (sent === null) return shown === '' || isEmpty(shown) ? 'unclear' : 'other'
  if (Array.isArray(sent)) return compareLists(name, sent, shown)
  if (shown === null || typeof shown !== 'object' || Array.isArray(shown)) return shown === null ? 'other' : 'unclear'
  const form = formsOf(schema).find((one) => typeOf(one) === 'object') ?? {}
  const members = Object.entries(sent as Schema).map(([inner, one]) =>
    isMissingKey(form, inner, one, shown as Schema)
      ? 'other'
      : compare(inner, one, (shown as Schema)[inner], memberSchema(form, inner)),
  )
  return (['other', 'unclear', 'tidied'] as const).find((one) => members.includes(one)) ?? 'same'
}

/** Whether a map has lost a key. Some servers write the names of members in another way. */
function isMissingKey(form: Schema, name: string, value: unknown, shown: Schema): boolean {
  const isKey = !Object.hasOwn(asObject(form.properties), name) && (form.additionalProperties ?? false) !== false
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  return isKey && !isEmpty(value) && !Object.keys(shown).some((one) => plain(one) === plain(name))
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= Math.abs(a) * 1e-12

function compareTexts(name: string, sent: string, shown: unknown, { format, enum: choices }: Schema): Echo {
  if (shown === null) return sent.trim() === '' ? 'unclear' : 'other'
  if (typeof shown !== 'string') return 'unclear'
  if (format === 'date' || format === 'date-time' || format === 'time') return compareTimes(sent, shown)
  const same = (change: (text: string) => string): boolean => change(sent) === change(shown)
  // Space at the ends, and the form of Unicode, are not the meaning of a text.
  const tidy = (text: string): string => text.normalize('NFKC').trim().replaceAll(/\s+/g, ' ')
  if (same(tidy)) return 'tidied'
  // Of a list of choices each is another one.
  if (isNormalized(name, format) && !Array.isArray(choices))
    return same((text) => tidy(text).toLowerCase()) ? 'tidied' : 'unclear'
  // Masked, or with something around it, such as the paragraph that Markdown makes.
  if (/[*•…]{2}/.test(shown) || shown.includes(sent)) return 'unclear'
  return 'other'
}

function compareTimes(sent: string, shown: string): Echo {
  const [a, b] = [Date.parse(sent), Date.parse(shown)]
  if (Number.isNaN(a) || Number.isNaN(b)) return 'unclear'
  // A server may keep whole seconds.
  return Math.abs(a - b) < 1_000 ? 'same' : sent.slice(0, 10) === shown.slice(0, 10) ? 'unclear' : 'other'
}

/** A list may be sorted, and lose what is there twice. */
function compareLists(name: string, sent: unknown[], shown: unknown): Echo {
  if (!Array.isArray(shown)) return shown === null && sent.length > 0 ? 'other' : 'unclear'
  if (sent.some((one) => one !== null && typeof one === 'object'))
    return sent.length > 0 && shown.length === 0 ? 'other' : 'unclear'
  const lower = (list: unknown[]): string[] => list.map((one) => String(one).toLowerCase().trim())
  const isExact = sent.every((one) => shown.some((other) => isSame(one, other)))
  const missing = lower(sent).filter((one) => !lower(shown).includes(one))
  const added = lower(shown).filter((one) => !lower(sent).includes(one))
  if (missing.length === 0 && added.length === 0) return isExact ? 'unclear' : 'tidied'
  if (shown.some((one) => one !== null && typeof one === 'object')) return 'unclear'
  return isNormalized(name, undefined) && shown.length > 0 ? 'unclear' : missing.length > 0 ? 'other' : 'unclear'
}
