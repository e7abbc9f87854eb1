import { isNumber, numberText } from '@reference-plugins/reader/exact-json'
import { asObject } from '../spec/spec.ts'
import { wordsOf } from './same-answer.ts'

type Members = [name: string, value: unknown][]

/** Words of names of amounts, where a currency stands beside them. */
const amounts = new Set(
  ['amount', 'price', 'total', 'subtotal', 'cost', 'fee', 'fees', 'balance', 'fare', 'refund', 'charge', 'tax', 'tip']
    .concat([
      'taxes',
      'deposit',
      'penalty',
      'discount',
      'shipping',
      'delivery',
      'payment',
      'paid',
      'due',
      'sum',
      'credit',
    ])
    .concat(['debit', 'salary', 'rent', 'premium', 'surcharge', 'gratuity', 'vat', 'net', 'gross', 'value']),
)
/** Words of names of other figures that money has: `tax_rate`, `discount_percent`, `total_weight`. */
const others = new Set(
  ['rate', 'rates', 'percent', 'percentage', 'ratio', 'factor', 'share', 'quantity', 'count', 'weight', 'distance']
    .concat(['emissions', 'kg', 'g', 'km', 'co2', 'duration', 'minutes', 'hours', 'seconds', 'days', 'score', 'rating'])
    .concat([
      'margin',
      'yield',
      'apr',
      'change',
      'volatility',
      'index',
      'multiplier',
      'exchange',
      'pct',
      'bps',
      'items',
    ])
    .concat(['size', 'volume', 'area', 'length', 'units', 'points', 'miles']),
)
const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

export const isAmountName = (name: string): boolean => {
  const words = wordsOf(name)
  return words.some((word) => amounts.has(word)) && !words.some((word) => others.has(word))
}

const isCurrency = ([name, value]: Members[number]): boolean =>
  /currency/i.test(name) && typeof value === 'string' && currencies.has(value.toUpperCase())

export interface AmountFault {
  code: 'amount-fraction' | 'amount-sum'
  /** The member, such as `total`. */
  name: string
  detail: string
  expected: string
}

/** Amounts of money in an answer that are numbers with a fraction, and totals that are not the sum of their parts. */
export function amountFaults(json: unknown): AmountFault[] {
  const faults: AmountFault[] = []
  const visit = (node: unknown, inherited: string | undefined, depth: number) => {
    if (depth > 8 || node === null || typeof node !== 'object' || isNumber(node)) return
    if (Array.isArray(node)) {
      const sum = inherited === undefined ? undefined : sumFault(entriesOf(node))
      if (sum) faults.push(sum)
      for (const one of node.slice(0, 20)) visit(one, inherited, depth + 1)
      return
    }
    const members = Object.entries(node)
    const own = members.find(isCurrency)?.[1]
    const currency = typeof own === 'string' ? own.toUpperCase() : inherited
    if (currency !== undefined) {
      faults.push(...fractionsIn(members, currency))
      const sum = sumFault(members)
      if (sum) faults.push(sum)
    }
    for (const [, value] of members) visit(value, currency, depth + 1)
  }
  visit(json, undefined, 0)
  return faults
}

function fractionsIn(members: Members, currency: string): AmountFault[] {
  return members.flatMap(([name, value]): AmountFault[] => {
    if (!isAmountName(name) || !isNumber(value)) return []
    const text = numberText(value)
    if (Number.isInteger(Number(text))) return []
    return [
      {
        code: 'amount-fraction',
        name,
        detail: `${name} is the number ${text}, beside ${currency}`,
        expected: `an integer in the minor unit of ${currency}, or a text such as "${Number(text).toFixed(digitsOf(currency))}"`,
      },
    ]
  })
}

/** The amounts of a list such as `[{ type: 'subtotal', amount: 1800 }, { type: 'total', amount: 1950 }]`. */
const entriesOf = (list: readonly unknown[]): Members =>
  list.flatMap((one): Members => {
    const { type, amount } = asObject(one)
    return typeof type === 'string' && isNumber(amount) ? [[type, amount]] : []
  })

/** How many digits the minor unit of a currency has: ISO 4217. */
const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/** Ends of names: with a prefix or suffix that all amounts share, such as `total_amount` and `base_amount`. */
const kindOf = (name: string): string =>
  wordsOf(name)
    .filter((word) => !['amount', 'price', 'cents', 'minor', 'in', 'value', 'money'].includes(word))
    .join('_')
const isTotal = (kind: string): boolean => /^(grand_|order_)?total$/.test(kind)
const isBase = (kind: string): boolean => /^(sub_?total|base|net|items_base)$/.test(kind)

/** Whether the amounts may be those of one of several. */
const isMultiple = ([name, value]: Members[number]): boolean =>
  /^(quantity|qty|count|nights|days|passengers|guests|units)$/i.test(name) &&
  isNumber(value) &&
  numberText(value) !== '1'

const mostParts = 8

/**
 * A total beside a subtotal that no choice of the other amounts leads to, added, subtracted or left out: taxes may be
 * included, and discounts may be written with either sign.
 */
function sumFault(members: Members): AmountFault | undefined {
  const all = members.flatMap(([name, value]) => {
    const amount = isAmountName(name) || isBase(kindOf(name)) || name === 'fulfillment' ? exact(value) : undefined
    return amount === undefined ? [] : [{ name, kind: kindOf(name), amount }]
  })
  const [total, base] = [all.find(({ kind }) => isTotal(kind)), all.find(({ kind }) => isBase(kind))]
  if (!total || !base || typeof valueIn(members, total.name) !== typeof valueIn(members, base.name)) return undefined
  const parts = all.filter((one) => one !== total && one !== base)
  if (
    members.some(isMultiple) ||
    parts.length === 0 ||
    parts.length > mostParts ||
    all.filter(({ kind }) => isTotal(kind)).length > 1
  )
    return undefined
  let sums = [base.amount]
  for (const { amount } of parts) sums = sums.flatMap((sum) => [sum, sum + amount, sum - amount])
  if (sums.includes(total.amount)) return undefined
  const shown = [base, ...parts].map(({ name }) => `${name} ${String(valueIn(members, name))}`).join(', ')
  return {
    code: 'amount-sum',
    name: total.name,
    detail: `${total.name} is ${String(valueIn(members, total.name))}, which is not the sum of ${shown}`,
    expected: `${total.name} as the sum of its parts`,
  }
}

const valueIn = (members: Members, name: string): unknown => {
  const value = members.find(([one]) => one === name)?.[1]
  return isNumber(value) ? Number(numberText(value)) : value
}

/** An amount in millionths, so that sums are exact. Undefined where it is none. */
function exact(value: unknown): number | undefined {
  const text = isNumber(value) ? numberText(value) : typeof value === 'string' ? value : ''
  return /^-?\d{1,9}(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * 1e6) : undefined
}
