import { sameAnswerTests } from '@reference-plugins/testing'
import { createFoodPlugin } from '../src/plugin.ts'
import { friday } from './fixture.ts'
import { script } from './script.ts'

// The windows of a checkout depend on the time.
sameAnswerTests((settings) => createFoodPlugin(settings, { now: () => friday }), script)
