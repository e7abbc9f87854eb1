import { hasCardNumber } from '../card-number.ts'
import { type Payment, payments } from '../payments/payment-service.ts'
import { AcpError } from './acp-error.ts'
import type { PaymentData } from './requests.ts'

/** The instrument of every handler. The shop or its payment service knows what is needed, so no credential passes through here. */
export const instrumentOf = (handler: string) => ({ type: handler, credential: { type: 'none', token: 'none' } })

/**
 * The way to pay that the agent has chosen.
 * @throws AcpError for anything that is not one of the handlers of the session, and for a card number
 */
export function readPayment(data: PaymentData): Payment {
  const { handler_id, instrument } = data
  if (hasCardNumber(data))
    throw new AcpError(
      400,
      'card_number_refused',
      'Card numbers are not accepted, and this one was not kept: choose a payment handler of the session',
      '$.payment_data',
    )
  const payment = payments.find((one) => one === handler_id)
  if (payment === undefined)
    throw new AcpError(
      400,
      handler_id === undefined ? 'missing' : 'unsupported_payment_handler',
      `Choose a payment handler of the session by its id: ${payments.join(', ')}`,
      '$.payment_data.handler_id',
    )
  if (instrument && (instrument.type !== payment || instrument.credential.type !== 'none'))
    throw new AcpError(
      400,
      'unsupported_instrument',
      `Nothing was paid: ${payment} takes no credential. Send the instrument ${JSON.stringify(instrumentOf(payment))}`,
      '$.payment_data.instrument',
    )
  return payment
}
