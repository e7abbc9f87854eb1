import type { Plugin } from '../plugin.ts'

export interface HomeOptions {
  plugin: Plugin
  /** Without a slash at the end. */
  publicUrl: string
  /** Whether the page has forms that call the operations. */
  development: boolean
  secretsFolder: string | undefined
}
