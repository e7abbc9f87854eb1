import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wholeCurrency } from '../../src/prices/currency.ts'

test('prices in pence, cents and agorot become prices in pounds, rand and shekels', () => {
  for (const [code, currency, price, expected] of [
    ['GBp', 'GBP', 7342, 73.42],
    ['GBX', 'GBP', 0.29, 0.0029],
    ['ZAc', 'ZAR', 12_345, 123.45],
    ['ILA', 'ILS', 5501, 55.01],
    ['USX', 'USD', 431.25, 4.3125],
    ['KWF', 'KWD', 715, 0.715],
  ] as const) {
    const whole = wholeCurrency(code)
    assert.deepEqual([whole.currency, whole.convert(price)], [currency, expected], code)
  }
})

test('whole currencies, and codes that nobody knows, stay as they are', () => {
  const code = fc.oneof(fc.constantFrom('GBP', 'ZAR', 'ILS', 'USD', 'unknown', 'constructor'), fc.string())
  fc.assert(
    fc.property(code, fc.double(), (code, price) => {
      const { currency, convert } = wholeCurrency(code)
      if (currency === code) assert.equal(convert(price), price)
      else assert.ok(['GBP', 'ZAR', 'ILS', 'USD', 'EUR', 'KWD'].includes(currency))
    }),
  )
})

test('a converted price is the exact decimal number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (pence) => {
      assert.equal(String(wholeCurrency('GBp').convert(pence)), String(Number(`${pence}e-2`)))
    }),
  )
})
