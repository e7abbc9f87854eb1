import { documentFiles } from '../documents.ts'
import type { Plugin } from '../plugin.ts'
import { agentPluginFiles } from './agent-plugin-files.ts'
import { m365Files } from './m365-files.ts'

/** Every generated file of a plugin, by path: the documents it serves, and the packages for assistants that read files. */
export const exportFiles = (plugin: Plugin, publicUrl: string): Record<string, string> => ({
  ...documentFiles(plugin, publicUrl),
  ...m365Files(plugin, publicUrl),
  ...agentPluginFiles(plugin, publicUrl),
})
