import { serve } from '@reference-plugins/core'
import { createFlightsPlugin } from './plugin.ts'
import { FlightsSettings } from './settings.ts'

await serve(createFlightsPlugin, { port: 3339, folder: new URL('..', import.meta.url), settings: FlightsSettings })
