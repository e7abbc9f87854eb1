import { contractTests } from '@reference-plugins/testing'
import { createFoodPlugin } from '../src/plugin.ts'

contractTests(createFoodPlugin, {
  // What the tester cannot guess: with these a checkout is ready, and costs the total. Paid at the door, nothing comes back.
  values: {
    store: 'forno-luca',
    items: '["2 x margherita + large", "1 x lemonade"]',
    guest_name: 'Ada Guest',
    guest_phone: '+1 212 555 0100',
    fulfillment: 'pickup',
    total: '4627',
    refund: '0',
  },
  expectAnswers: [
    ...['listStores', 'getMenu', 'createCheckout', 'updateCheckout', 'getCheckout', 'completeCheckout'],
    ...['cancelCheckout', 'getOrder', 'listOrders', 'cancelOrder'],
  ],
})
