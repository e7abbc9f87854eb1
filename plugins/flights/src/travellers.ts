import { text } from '@reference-plugins/core'
import { z } from 'zod'
import type { Money, Traveller } from './order.ts'
import { SourceError } from './source.ts'

const passengerForm = /^[^,\d]{1,60}, ?[^,\d]{1,60}, ?(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]), ?[mf]$/

/**
 * One text for each passenger: models keep it together, where parallel lists of names and dates get out of step. The
 * family name comes first and has a place of its own, because nobody can tell from "Ana María López García" where it begins.
 */
export const passengers = z
  .array(
    text(140).regex(
      passengerForm,
      'must be family name, given names, date of birth, m or f: Lovelace, Ada, 1990-05-17, f',
    ),
  )
  .min(1)
  .max(9)
  .describe('Each as in the passport: family name, given names, date of birth, m or f: "Lovelace, Ada, 1990-05-17, f"')
export const email = text(100)
  .regex(/^[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}$/, 'must be an e-mail address')
  .describe('Where the airline sends the tickets, such as ada@example.com')
export const phone = text(16)
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number with its country code: +41791234567')
  .describe('A phone number with its country code, such as +41791234567')

/** The inputs that say who travels, and for which price. */
export interface OrderInput extends Money {
  offerId: string
  passengers: readonly string[]
  email: string
  phone: string
}

/** @throws SourceError passengers_invalid */
export const readRequest = ({ offerId, amount, currency, passengers, email, phone }: OrderInput) => ({
  offerId,
  price: { amount, currency },
  travellers: passengers.map((passenger): Traveller => {
    const [familyName = '', givenName = '', bornOn = '', gender = ''] = passenger.split(',').map((part) => part.trim())
    const isDate = new Date(`${bornOn}T00:00:00Z`).toJSON()?.startsWith(bornOn)
    if (!isDate || familyName === '' || givenName === '')
      throw new SourceError(
        'passengers_invalid',
        `${JSON.stringify(passenger)} has no name, or a date that does not exist`,
      )
    return { familyName, givenName, bornOn, gender: gender as 'm' | 'f', email, phoneNumber: phone }
  }),
})
