import { contractTests } from '@reference-plugins/testing'
import { createFlightsPlugin } from '../src/plugin.ts'

contractTests(createFlightsPlugin)
