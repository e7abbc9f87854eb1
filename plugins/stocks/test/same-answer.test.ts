import { sameAnswerTests } from '@reference-plugins/testing'
import { createStocksPlugin } from '../src/plugin.ts'
import { script } from './script.ts'

sameAnswerTests(createStocksPlugin, script)
