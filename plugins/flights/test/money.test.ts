import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatMoney, minorDigits, parseAmount } from '../src/money.ts'

test('amounts are written with the digits of their currency', () => {
  for (const [amount, currency, text] of [
    [18_420, 'EUR', '184.20 EUR'],
    [18_420, 'JPY', '18420 JPY'],
    [18_420, 'BHD', '18.420 BHD'],
    [5, 'EUR', '0.05 EUR'],
    [0, 'JPY', '0 JPY'],
    [-1_234, 'BHD', '-1.234 BHD'],
  ] as const)
    assert.equal(formatMoney({ amount, currency }), text)
})

test('amounts of suppliers are read exactly, and what is not one is refused', () => {
  for (const [text, currency, amount] of [
    ['184.20', 'EUR', 18_420],
    ['184.2', 'EUR', 18_420],
    ['18420', 'JPY', 18_420],
    ['18.42', 'BHD', 18_420],
    ['-60.00', 'EUR', -6_000],
    ['0.29', 'EUR', 29],
    ['9007199254740.91', 'EUR', 900_719_925_474_091],
  ] as const)
    assert.equal(parseAmount(text, currency), amount)
  for (const [text, currency] of [
    ['184.205', 'EUR'],
    ['1.5', 'JPY'],
    ['', 'EUR'],
    ['1e3', 'EUR'],
    ['1,000', 'EUR'],
    ['99999999999999.99', 'EUR'],
  ] as const)
    assert.throws(() => parseAmount(text, currency), RangeError)
  assert.equal(minorDigits('XYZ'), 2)
})
