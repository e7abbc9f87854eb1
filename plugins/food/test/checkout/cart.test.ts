import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mergeLines, readCart, writeLine } from '../../src/checkout/cart.ts'
import { Stores } from '../../src/stores/stores.ts'

const luca = new Stores().get('forno-luca')
const read = (...texts: string[]) => readCart(luca, texts, 1).map(writeLine)

test('an item is a quantity, a name and options, in any of the usual ways', () => {
  for (const [text, expected] of [
    ['2 x margherita + large + olives', '2 x margherita + large + olives'],
    ['2x Margherita+Olives+LARGE', '2 x margherita + large + olives'],
    ['3 × diavola', '3 x diavola + medium'],
    ['1*caesar salad + grilled chicken', '1 x caesar-salad + chicken'],
    ['margherita', '1 x margherita + medium'],
    ['margherita + Extra Mozzarella + Large, 40 cm', '1 x margherita + large + extra-mozzarella'],
    ['Lemonade', '1 x lemonade'],
  ] as const)
    assert.deepEqual(read(text), [expected], text)
})

test('the same item with the same options is one line', () => {
  assert.deepEqual(read('margherita', '2 x margherita + medium', 'margherita + large'), [
    '3 x margherita + medium',
    '1 x margherita + large',
  ])
})

test('what is unknown is named, with near names and the choice', () => {
  for (const [text, message] of [
    [
      '2 x margarita',
      /"2 x margarita": Forno Luca has no item "margarita" \(did you mean margherita\?\)\. Write it as/,
    ],
    ['margherita + olive', /has no option "olive" \(did you mean olives\?\)\. Its options are medium, large, olives/],
    ['lemonade + large', /lemonade has no option "large"\. It has no options/],
    ['margherita + medium + large', /choose one of medium, large \(Size\)/],
    ['0 x margherita', /quantity 0/],
    ['+', /no item ""/],
    ['1000 x margherita', /no item "1000 x margherita"/],
  ] as const)
    assert.throws(() => read(text), { kind: 'invalid', message }, text)
})

test('any text is read or refused', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 5 }), (texts) => {
      try {
        read(...texts)
      } catch (error) {
        assert.equal((error as Error).name, 'ShopError')
      }
    }),
  )
})

test('what was in the cart before keeps its time', () => {
  const before = readCart(luca, ['2 x margherita'], 1)
  const after = mergeLines(readCart(luca, ['margherita', 'lemonade'], 5), before)
  assert.deepEqual(
    after.map(({ item, since, quantity }) => [item, since, quantity]),
    [
      ['margherita', 1, 1],
      ['lemonade', 5, 1],
    ],
  )
})
