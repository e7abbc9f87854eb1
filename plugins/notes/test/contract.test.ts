import { contractTests } from '@reference-plugins/testing'
import { createNotesPlugin } from '../src/plugin.ts'

contractTests(createNotesPlugin)
