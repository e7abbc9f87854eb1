import { contractTests } from '@reference-plugins/testing'
import { createFoodPlugin } from '../src/plugin.ts'

contractTests(createFoodPlugin, {
  // What makes a checkout ready to be completed.
  values: {
    store: 'forno-luca',
    items: '["2 x margherita + large", "1 x lemonade"]',
    guest_name: 'Ada',
    guest_phone: '+12125550123',
    fulfillment: 'pickup',
  },
  expectAnswers: [
    'listStores',
    'getMenu',
    'createCheckout',
    'getCheckout',
    'updateCheckout',
    'completeCheckout',
    'getOrder',
    'listOrders',
    'cancelOrder',
  ],
})
