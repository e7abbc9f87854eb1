/** `at_the_door` needs no payment service. */
export const payments = ['at_the_door', 'saved_wallet', 'saved_card'] as const
export type Payment = (typeof payments)[number]
export type SavedPayment = Exclude<Payment, 'at_the_door'>

export interface Charge {
  /** Of the shop: one charge has one reference, however often it is sent. */
  reference: string
  method: SavedPayment
  /** In minor units. */
  amount: number
  currency: string
}

export type ChargeState = 'charged' | 'declined' | 'refunded'

/** A payment service that keeps the payment methods of guests. Each call may fail with {@link NoAnswer}. */
export interface PaymentService {
  /** A charge that is sent again gets the answer of the first time. */
  charge(charge: Charge): Promise<ChargeState>
  /** The state of a charge, or undefined if it has not arrived. */
  find(reference: string): Promise<ChargeState | undefined>
  /** Takes a charge back. One that has not arrived is declined from now on. Returns the amount. */
  refund(reference: string): Promise<number>
}

/** The service did not answer: what was asked may be done or not. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/**
 * Charges once, also where an answer is lost: it looks for the charge before it sends it again.
 * @throws NoAnswer if it is still not known whether it was charged
 */
export async function chargeOnce(service: PaymentService, charge: Charge): Promise<ChargeState> {
  try {
    return await service.charge(charge)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return (await service.find(charge.reference)) ?? (await service.charge(charge))
  }
}
