import { contractTests } from '@reference-plugins/contract'
import { createNotesPlugin } from '../src/plugin.ts'

contractTests(createNotesPlugin)
