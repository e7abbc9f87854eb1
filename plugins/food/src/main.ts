import { serve } from '@reference-plugins/core'
import { createFoodPlugin } from './plugin.ts'
import { FoodSettings } from './settings.ts'

await serve(createFoodPlugin, { port: 3340, folder: new URL('..', import.meta.url), settings: FoodSettings })
