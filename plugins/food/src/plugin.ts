import { type Actions, actionMigrations, definePlugin, type Plugin, serviceToken } from '@reference-plugins/core'
import { openDatabase } from '@reference-plugins/store'
import { createAcp } from './acp/acp.ts'
import { acpMigrations } from './acp/tables.ts'
import { createContinuePage } from './continue/continue.ts'
import { createOperations } from './operations.ts'
import type { PaymentService } from './payments/payment-service.ts'
import type { Network } from './payments/simulated-service.ts'
import { readServiceTokens } from './service-tokens.ts'
import type { FoodSettings } from './settings.ts'
import { createShop, shopMigrations } from './shop.ts'

export const foodMigrations = { ...actionMigrations, ...shopMigrations, ...acpMigrations }

/** What tests give instead of the time and the network. */
export interface FoodOptions {
  /** The time in milliseconds. */
  now?: () => number
  /** Instead of the simulated payment service. */
  payments?: PaymentService
  /** Between the shop and the simulated payment service. */
  network?: Network
}

/** Food from stores near by: menus, checkouts and orders. */
export async function createFoodPlugin(settings: FoodSettings, options: FoodOptions = {}) {
  const database = await openDatabase(settings.DATABASE_URL, foodMigrations)
  const shop = createShop(database, settings, options)
  const auth = serviceToken({
    tokens: readServiceTokens(settings),
    verificationTokens: settings.FOOD_VERIFICATION_TOKENS ?? {},
  })

  const publicUrl = settings.PUBLIC_URL
  const actions = () => plugin.actions as Actions

  const plugin: Plugin = definePlugin({
    name: 'food',
    title: 'Food',
    descriptionForHuman: 'Order food from stores near by, for pick-up or delivery.',
    descriptionForModel:
      'Order food. Find a store with listStores and its menu with getMenu, then make a checkout with createCheckout. Its ' +
      'messages say what is missing or sold out: ask the user, and change it with updateCheckout until its status is ' +
      'ready_for_payment. If it has a continue_url, give the link to the user: only a person can do what is asked there. ' +
      'Tell the user items, window and total before completeCheckout. Amounts are integers in the minor unit of the ' +
      'currency. Never ask for a card number. Keep the ids of a user from other users.',
    conversationStarters: [
      'Which pizza can I have delivered to 10012 tonight?',
      'Order two margheritas to pick up, one of them large.',
      'Where is my order?',
    ],
    contactEmail: 'maintainers@example.com',
    folder: new URL('..', import.meta.url),
    servesFrom: 'sample stores, simulated payments',
    auth,
    database,
    needs: [database],
    operations: createOperations(shop),
    mounts: [...createAcp(shop, auth, publicUrl, actions), createContinuePage(shop, publicUrl, actions)],
  })
  return plugin
}
