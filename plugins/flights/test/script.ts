import type { ScriptedCall } from '@reference-plugins/testing'

type Answers = readonly Record<string, unknown>[]

interface Offer {
  id: string
  totalAmount: number
  totalCurrency: string
}

const who = { passengers: ['Lovelace, Ada, 1990-05-17, f'], email: 'ada@example.com', phone: '+41791234567' }
const search = { origin: 'ZRH', destination: 'OSL', departureDate: '2027-03-12' }
const offerOf = (answers: Answers, call: number, more: object = {}) => {
  const [offer] = (answers[call]?.offers ?? []) as Offer[]
  return { offerId: offer?.id, amount: offer?.totalAmount, currency: offer?.totalCurrency, ...who, ...more }
}
/** What must be paid for the order of a call. */
const priceOf = (answers: Answers, call: number) => ({
  orderId: answers[call]?.id,
  amount: answers[call]?.totalAmount,
  currency: answers[call]?.totalCurrency,
})

/** Every operation, called with valid and invalid input. */
export const script: ScriptedCall[] = [
  { operation: 'searchFlights', input: { ...search, limit: 2, holdable: true } },
  { operation: 'searchFlights', input: { ...search, limit: 2 } },
  { operation: 'searchFlights', input: { ...search, origin: 'San Jose' }, refused: 422 },
  { operation: 'searchFlights', input: { ...search, departureDate: 'tomorrow' }, refused: 400 },
  { operation: 'searchPlaces', input: { query: '東京' } },
  { operation: 'searchPlaces', input: { query: '' }, refused: 400 },
  { operation: 'getOffer', input: (answers) => ({ offerId: offerOf(answers, 0).offerId }) },
  { operation: 'getOffer', input: { offerId: 'off_none_0_0' }, refused: 404 },
  { operation: 'holdOffer', input: (answers) => offerOf(answers, 0) },
  { operation: 'holdOffer', input: (answers) => offerOf(answers, 0, { amount: 1 }), refused: 409 },
  { operation: 'holdOffer', input: (answers) => offerOf(answers, 1), refused: 409 },
  { operation: 'holdOffer', input: (answers) => offerOf(answers, 0, { passengers: ['Ada'] }), refused: 400 },
  { operation: 'bookOffer', input: (answers) => offerOf(answers, 1) },
  { operation: 'bookOffer', input: (answers) => offerOf(answers, 1, { phone: '0791234567' }), refused: 400 },
  { operation: 'payOrder', input: (answers) => priceOf(answers, 8) },
  { operation: 'payOrder', input: (answers) => priceOf(answers, 8), refused: 409 },
  { operation: 'payOrder', input: { orderId: 'ord_none', amount: 1, currency: 'EUR' }, refused: 404 },
  { operation: 'getOrder', input: (answers) => ({ orderId: answers[8]?.id }) },
  { operation: 'getOrder', input: { orderId: 'ord_none' }, refused: 404 },
  { operation: 'listOrders', input: {} },
  { operation: 'listOrders', input: { limit: 0 }, refused: 400 },
  {
    operation: 'quoteChange',
    input: (answers) => ({ orderId: answers[8]?.id, sliceId: 'sli_1', departureDate: '2027-03-13' }),
  },
  { operation: 'quoteChange', input: { orderId: 'ord_none', sliceId: 'a', departureDate: '2027-03-13' }, refused: 404 },
  {
    operation: 'confirmChange',
    input(answers) {
      const [change] = (answers[21]?.changes ?? []) as { id: string; changeTotalAmount: number }[]
      return { changeId: change?.id, amount: change?.changeTotalAmount, currency: 'EUR' }
    },
  },
  { operation: 'confirmChange', input: { changeId: 'oce_none', amount: 1, currency: 'EUR' }, refused: 404 },
  { operation: 'quoteCancellation', input: (answers) => ({ orderId: answers[8]?.id }) },
  { operation: 'quoteCancellation', input: { orderId: 'ord_none' }, refused: 404 },
  {
    operation: 'confirmCancellation',
    input: (answers) => ({ cancellationId: answers[25]?.id, amount: answers[25]?.refundAmount, currency: 'EUR' }),
  },
  { operation: 'confirmCancellation', input: { cancellationId: 'ore_none', amount: 1, currency: 'EUR' }, refused: 404 },
  { operation: 'getAccount', input: {} },
]
