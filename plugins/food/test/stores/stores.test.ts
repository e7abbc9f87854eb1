import assert from 'node:assert/strict'
import { test } from 'node:test'
import { menuOf } from '../../src/stores/menu.ts'
import { describeMoney } from '../../src/stores/money.ts'
import { didYouMean } from '../../src/stores/near-names.ts'
import { diets, optionsOf } from '../../src/stores/store.ts'
import { areaOf, Stores } from '../../src/stores/stores.ts'

const stores = new Stores()

test('every menu names each item and each of its options once', () => {
  assert.ok(stores.all.length >= 4)
  for (const { id, menu } of stores.all) {
    assert.equal(new Set(menu.map((item) => item.id)).size, menu.length, id)
    for (const item of menu) {
      const options = optionsOf(item).map((option) => option.id)
      assert.equal(new Set(options).size, options.length, `${id} ${item.id}`)
      if (item.diets.includes('vegan')) assert.ok(item.diets.includes('vegetarian'), item.id)
    }
  }
})

test('what is vegan or without gluten, milk and eggs has none of it in its allergens', () => {
  for (const { menu } of stores.all)
    for (const { id, diets, allergens } of menu) {
      if (diets.includes('vegan'))
        assert.ok(!allergens.some((one) => ['milk', 'eggs', 'fish', 'molluscs', 'crustaceans'].includes(one)), id)
      if (diets.includes('gluten_free')) assert.ok(!allergens.includes('gluten'), id)
    }
})

test('stores are found by city, district and postal code, however they are written', () => {
  for (const [area, expected] of [
    ['zurich', ['gruene-schale']],
    ['Zürich West', ['gruene-schale']],
    ['e1 6an', ['curry-lane']],
    ['1500001', []],
    ['150-0001', ['kaze-sushi']],
    ['10003', ['forno-luca']],
    ['Oslo', []],
    [undefined, ['curry-lane', 'forno-luca', 'gruene-schale', 'kaze-sushi']],
  ] as const)
    assert.deepEqual(
      stores.near(area).map(({ id }) => id),
      expected,
      area,
    )
  assert.equal(areaOf(stores.get('forno-luca'), '10003')?.fee, 499)
  assert.throws(() => stores.get('curry-line'), { kind: 'missing', message: /did you mean curry-lane\?/ })
})

test('a menu for a diet leaves out items and options that do not fit', () => {
  const luca = stores.get('forno-luca')
  const idsOf = (menu: ReturnType<typeof menuOf>) => menu.items.map(({ id }) => id)
  const vegan = menuOf(luca, { diet: 'vegan' }, new Map())
  assert.deepEqual(idsOf(vegan), ['marinara', 'rocket-salad', 'lemonade', 'chianti'])
  const toppings = vegan.items[0]?.option_groups.find(({ name }) => name === 'Toppings')?.options.map(({ id }) => id)
  assert.deepEqual(toppings, ['olives', 'mushrooms'])
  const withoutMilk = menuOf(luca, { without: ['milk', 'gluten'] }, new Map())
  assert.deepEqual(idsOf(withoutMilk), ['rocket-salad', 'lemonade', 'chianti'])
  for (const diet of diets)
    assert.ok(
      stores.all.some((store) => menuOf(store, { diet }, new Map()).items.length > 0),
      diet,
    )
  assert.equal(menuOf(luca, {}, new Map([['diavola', 78]])).items.find(({ id }) => id === 'diavola')?.left, 2)
})

test('near names are suggested, far ones are not', () => {
  const known = ['margherita', 'marinara', 'diavola']
  assert.equal(didYouMean('margarita', known), ' (did you mean margherita?)')
  assert.equal(didYouMean('Marinára', known), ' (did you mean marinara?)')
  assert.equal(didYouMean('burger', known), '')
  assert.equal(didYouMean('', known), '')
  assert.equal(didYouMean('x'.repeat(10_000), known), '')
})

test('amounts are written with the digits of their currency', () => {
  assert.equal(describeMoney(5063, 'usd'), '50.63 USD')
  assert.equal(describeMoney(5063, 'jpy'), '5063 JPY')
  assert.equal(describeMoney(-5, 'chf'), '-0.05 CHF')
})
