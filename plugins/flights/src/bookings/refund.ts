import type { Cancellation } from '../order.ts'

/** What comes back to the account. A voucher stays with the airline. */
export const refundOf = ({ refundTo, refundAmount }: Cancellation): number =>
  refundTo === 'balance' ? refundAmount : 0
