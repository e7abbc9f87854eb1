import { sameAnswerTests } from '@reference-plugins/testing'
import { createNotesPlugin } from '../src/plugin.ts'
import { script } from './script.ts'

sameAnswerTests(createNotesPlugin, script)
