import { contractTests } from '@reference-plugins/testing'
import { createStocksPlugin } from '../src/plugin.ts'

contractTests(createStocksPlugin)
