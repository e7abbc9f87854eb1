import { contractTests } from '@reference-plugins/testing'
import { createTodoPlugin } from '../src/plugin.ts'

contractTests(createTodoPlugin)
