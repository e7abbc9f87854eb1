import { contractTests } from '@reference-plugins/testing'
import { createFoodPlugin } from '../src/plugin.ts'

contractTests(createFoodPlugin, {
  values: { store: 'forno-luca', items: '["2 x margherita + large", "1 x lemonade"]' },
  expectAnswers: ['listStores', 'getMenu', 'createCheckout', 'getCheckout', 'updateCheckout', 'listOrders'],
})
