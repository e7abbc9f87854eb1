import { serve } from '@reference-plugins/core'
import { createTodoPlugin } from './plugin.ts'

await serve(createTodoPlugin, { port: 3333, folder: new URL('..', import.meta.url) })
