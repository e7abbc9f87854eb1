import { sameAnswerTests } from '@reference-plugins/testing'
import { createTodoPlugin } from '../src/plugin.ts'
import { script } from './script.ts'

sameAnswerTests(createTodoPlugin, script)
