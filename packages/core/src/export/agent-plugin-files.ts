import { json } from '../documents.ts'
import type { Plugin } from '../plugin.ts'
import { toSkill } from './skill.ts'
import { authorizationVariable, exportName, toolServerUrl } from './tool-server.ts'

const schemas = 'https://agent-plugins.org/schemas/1.0.0'
// The most that Codex accepts.
const mostPrompts = 3

/** The folder `agent-plugin`: Agent Plugins 1.0.0, and the files that Claude Code and Codex read instead. */
export function agentPluginFiles(plugin: Plugin, publicUrl: string): Record<string, string> {
  const name = exportName(plugin)
  const url = toolServerUrl(publicUrl)
  const facts = {
    name,
    version: '1.0.0',
    description: plugin.descriptionForHuman,
    author: { name: plugin.title, email: plugin.contactEmail },
    homepage: `${publicUrl}/legal`,
  }
  const presentation = { interface: toInterface(plugin, publicUrl) }
  const variable = authorizationVariable(plugin, publicUrl)
  const servers = (server: object) => ({ mcpServers: { [name]: server } })
  const files: Record<string, string> = {
    'plugin.json': json({
      $schema: `${schemas}/plugin.schema.json`,
      ...facts,
      extensions: { 'com.openai': presentation },
    }),
    // No header here: this file is public, and no client fills in variables in it.
    'mcp.json': json({ $schema: `${schemas}/mcp.schema.json`, ...servers({ type: 'streamable-http', url }) }),
    [`skills/${name}/SKILL.md`]: toSkill(plugin, publicUrl),
    '.claude-plugin/plugin.json': json(facts),
    '.mcp.json': json(
      servers({ type: 'http', url, ...(variable && { headers: { Authorization: `\${${variable}}` } }) }),
    ),
    '.codex-plugin/plugin.json': json({
      ...facts,
      skills: './skills/',
      mcpServers: variable ? './.codex.mcp.json' : './.mcp.json',
      ...presentation,
    }),
  }
  // Codex fills in no variables: it has a separate member for headers from variables.
  if (variable)
    files['.codex.mcp.json'] = json(servers({ type: 'http', url, env_http_headers: { Authorization: variable } }))
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`agent-plugin/${path}`, content]))
}

/** How ChatGPT and Codex present the plugin. */
function toInterface(plugin: Plugin, publicUrl: string) {
  const writes = plugin.operations.some(({ effects }) => !effects.readOnly)
  const reads = plugin.operations.some(({ effects }) => effects.readOnly)
  return {
    displayName: plugin.title,
    shortDescription: plugin.descriptionForHuman,
    capabilities: [...(reads ? ['Read'] : []), ...(writes ? ['Write'] : [])],
    termsOfServiceURL: `${publicUrl}/legal`,
    defaultPrompt: plugin.conversationStarters.slice(0, mostPrompts),
  }
}
