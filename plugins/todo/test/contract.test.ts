import { contractTests } from '@reference-plugins/contract'
import { createTodoPlugin } from '../src/plugin.ts'

contractTests(createTodoPlugin)
