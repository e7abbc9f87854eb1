import type { ScriptedCall } from '@reference-plugins/testing'

type Answers = readonly Record<string, unknown>[]

const guest = { guest_name: 'Ada Guest', guest_phone: '+1 212 555 0100' }
const address = { line_one: '1 Sample Square', city: 'New York', postal_code: '10012' }
const idOf = (answers: Answers, place: number) => answers[place]?.id
const totalOf = (answer: Record<string, unknown> | undefined) =>
  (answer?.totals as { type: string; amount: number }[] | undefined)?.find(({ type }) => type === 'total')?.amount
const orderIn = (answers: Answers, place: number) => (answers[place]?.order as { id: string } | undefined)?.id
const customerIn = (answers: Answers, place: number) => (answers[place]?.customer as { id: string } | undefined)?.id

/** Every operation, called with valid and invalid input. */
export const script: ScriptedCall[] = [
  { operation: 'listStores', input: { area: 'Zurich' } },
  { operation: 'listStores', input: { open_at: 'tonight' }, refused: 400 },
  { operation: 'getMenu', input: { store: 'gruene-schale', diet: 'vegan', without: ['sesame', 'gluten'] } },
  { operation: 'getMenu', input: { store: 'forno' }, refused: 404 },
  { operation: 'createCheckout', input: { store: 'forno-luca', items: ['2 x margherita + large', 'Lemonade'] } },
  { operation: 'createCheckout', input: { store: 'forno-luca', items: ['2 x margarita'] }, refused: 422 },
  { operation: 'createCheckout', input: { store: 'forno-luca', items: [] }, refused: 400 },
  { operation: 'updateCheckout', input: (answers) => ({ id: idOf(answers, 4), ...guest, ...address, tip: 200 }) },
  { operation: 'updateCheckout', input: (answers) => ({ id: idOf(answers, 4), fulfillment: 'local_delivery' }) },
  { operation: 'updateCheckout', input: (answers) => ({ id: idOf(answers, 4), window: 'soon' }), refused: 422 },
  { operation: 'getCheckout', input: (answers) => ({ id: idOf(answers, 4) }) },
  { operation: 'getCheckout', input: { id: 'cs_none' }, refused: 404 },
  {
    operation: 'completeCheckout',
    input: (answers) => ({ id: idOf(answers, 4), version: 3, total: 1, payment: 'saved_wallet' }),
    refused: 409,
  },
  {
    operation: 'completeCheckout',
    input: (answers) => ({ id: idOf(answers, 4), version: 3, total: totalOf(answers[10]), payment: 'saved_wallet' }),
  },
  { operation: 'cancelCheckout', input: (answers) => ({ id: idOf(answers, 4) }), refused: 409 },
  { operation: 'getOrder', input: (answers) => ({ id: orderIn(answers, 13) }) },
  { operation: 'getOrder', input: { id: 'ord_none' }, refused: 404 },
  { operation: 'listOrders', input: (answers) => ({ customer_id: customerIn(answers, 4) }) },
  { operation: 'cancelOrder', input: (answers) => ({ id: orderIn(answers, 13), refund: 1 }), refused: 409 },
  {
    operation: 'cancelOrder',
    input: (answers) => ({ id: orderIn(answers, 13), refund: totalOf(answers[10]) }),
  },
  {
    operation: 'createCheckout',
    input: (answers) => ({ store: 'forno-luca', items: ['chianti'], customer_id: customerIn(answers, 4) }),
  },
  { operation: 'cancelCheckout', input: (answers) => ({ id: idOf(answers, 20) }) },
]
