import { doorTests } from '@reference-plugins/contract'
import { createStocksPlugin } from '../src/plugin.ts'
import { script } from './script.ts'

doorTests(createStocksPlugin, script)
