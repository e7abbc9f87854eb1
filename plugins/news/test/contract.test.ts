import { contractTests } from '@reference-plugins/contract'
import { createNewsPlugin } from '../src/plugin.ts'

contractTests(createNewsPlugin)
