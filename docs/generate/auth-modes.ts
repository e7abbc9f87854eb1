import { PluginSource } from './plugin-source.ts'
import { readGenerated } from './plugins.ts'

// One plugin for each auth mode.
const plugins = ['todo', 'stocks', 'news', 'notes']

/** docs/auth-modes.md */
export const authModesPage = (): string => `# Auth modes

The plugins have the same structure, so the difference between two of these four is what their auth mode needs. An
\`operation\` has no user. A \`userOperation\` gets a \`caller\`, and can require a scope.

\`pnpm spec\` generates this page from the plugins.

${plugins.map(section).join('\n')}`

function section(plugin: string): string {
  const { auth } = readGenerated(plugin, 'ai-plugin.json')
  const { security, components } = readGenerated(plugin, 'openapi.json')
  const source = new PluginSource(plugin)
  return `## ${plugin}: \`${auth.type}\`

In the manifest:

${codeBlock('json', JSON.stringify(auth, null, 2))}

In the spec:

${codeBlock('json', JSON.stringify({ security, securitySchemes: components.securitySchemes }, null, 2))}

In the definition:

${codeBlock('ts', source.member('auth'))}

The shortest operation:

${codeBlock('ts', source.shortestOperation())}
`
}

const codeBlock = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``
