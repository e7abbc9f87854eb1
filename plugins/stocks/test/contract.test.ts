import { contractTests } from '@reference-plugins/contract'
import { createStocksPlugin } from '../src/plugin.ts'

contractTests(createStocksPlugin)
