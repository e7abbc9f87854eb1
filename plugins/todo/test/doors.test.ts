import { doorTests } from '@reference-plugins/contract'
import { createTodoPlugin } from '../src/plugin.ts'
import { script } from './script.ts'

doorTests(createTodoPlugin, script)
