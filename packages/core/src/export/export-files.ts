import { documentFiles } from '../documents.ts'
import type { Plugin } from '../plugin.ts'
import { agentPluginFiles } from './agent-plugin-files.ts'
import { m365Files } from './m365-files.ts'

/** All that a plugin is handed over as, by path: what it serves, and the packages for assistants that take files. */
export const exportFiles = (plugin: Plugin, publicUrl: string): Record<string, string> => ({
  ...documentFiles(plugin, publicUrl),
  ...m365Files(plugin, publicUrl),
  ...agentPluginFiles(plugin, publicUrl),
})
