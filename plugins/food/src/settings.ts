import type { Settings } from '@reference-plugins/core'
import { z } from 'zod'
import { ServiceTokenSettings } from './service-tokens.ts'

/** The variables that only this plugin reads. */
export const FoodSettings = ServiceTokenSettings.extend({
  FOOD_PAYMENTS: z.enum(['steady', 'shaky'], 'must be steady or shaky').default('steady'),
})
export type FoodSettings = Settings<typeof FoodSettings>
