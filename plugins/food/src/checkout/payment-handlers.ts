import { type Payment, payments } from '../payments/payment-service.ts'
import type { Session } from './vocabulary.ts'

const names: Record<Payment, string> = {
  at_the_door: 'Pay at the door or in the store',
  saved_wallet: 'Wallet that the guest has saved with the stores',
  saved_card: 'Card that the guest has saved with the stores',
}

/** The ways to pay, in ACP's form. None takes a card number: the last two are kept by the payment service. */
export const paymentHandlers = (publicUrl: string): Session['capabilities']['payment']['handlers'] =>
  payments.map((id) => ({
    id,
    name: id === 'at_the_door' ? 'com.example.food.pay_at_the_door' : `com.example.food.${id}`,
    display_name: names[id],
    version: '2026-11-01',
    spec: `${publicUrl}/docs`,
    requires_delegate_payment: false,
    requires_pci_compliance: false,
    psp: id === 'at_the_door' ? 'none' : 'simulated',
    config_schema: `${publicUrl}/openapi.json`,
    instrument_schemas: [],
    config: {},
  }))
