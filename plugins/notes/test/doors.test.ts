import { doorTests } from '@reference-plugins/contract'
import { createNotesPlugin } from '../src/plugin.ts'
import { script } from './script.ts'

doorTests(createNotesPlugin, script)
