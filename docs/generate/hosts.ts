import {
  type Assistant,
  type AuthType,
  type Connection,
  mcpUrl,
  type Step,
} from '../../packages/core/src/connect/assistant.ts'
import { assistants } from '../../packages/core/src/connect/assistants.ts'
import { pluginNames, readGenerated } from './plugins.ts'

const inWords: Record<AuthType, string> = {
  none: 'without authentication',
  service_http: 'with a service token',
  user_http: 'with a token of the user',
  oauth: 'with a sign-in',
}
const tokenFiles: Partial<Record<AuthType, string>> = { service_http: 'service-token', user_http: 'user-token' }
const plugins = pluginNames.map((name) => {
  const { auth, api } = readGenerated(name, 'ai-plugin.json')
  return { name, auth: auth.type as AuthType, scope: auth.scope ?? '', url: new URL(api.url).origin }
})
// What the steps of an assistant are shown for. The steps for user_http are those for service_http.
const examples = plugins.filter(({ auth }) => auth !== 'user_http')

/** docs/hosts.md */
export const hostsPage = (): string => `# Connecting an assistant

The steps for each assistant, what works there, and which plugin to try first. The page of a plugin, at its own address in
a browser, shows the same steps with its own address in them. \`pnpm spec\` generates both from
\`packages/core/src/connect\`.

Start the plugins with \`pnpm dev\`. The assistant must be able to reach them. A program on your machine uses
\`http://localhost:3333\`. An assistant in a vendor's cloud needs a public https URL, which you set as \`PUBLIC_URL\`
([a path under a domain](public-url.md) is allowed):

\`\`\`sh
PUBLIC_URL=https://todo.example.com HOST=0.0.0.0 NODE_ENV=production node plugins/todo/src/main.ts
\`\`\`

Tested in CI, on every plugin: the MCP Inspector and the official MCP client. Tested by hand: \`claude plugin validate\` and
\`codex mcp list\`. Everything else follows the vendors' documentation of November 2026 and may have changed since.
[Which assistant accepts which plugin](consumers.md) lists the sources.

| assistant | reads | runs | auth modes that work | try first |
| --- | --- | --- | --- | --- |
${Object.values(assistants).flat().map(row).join('\n')}

**ChatGPT and claude.ai do not accept a pasted token (stocks, news, food).** They connect only to servers without authentication
and to servers with a sign-in. To use such a plugin there, give it [OAuth](signing-in.md).

${Object.entries(assistants)
  .map(([title, all]) => `## ${title}\n\n${all.map(section).join('\n')}`)
  .join('\n')}
## What else to know

- **ChatGPT**: \`search\` and \`fetch\` of notes have the form that deep research and company knowledge call.
  [Views](mcp.md#views) are shown. When you publish a plugin, OpenAI checks that you own the domain with a token:
  \`OPENAI_APPS_CHALLENGE\`. Custom GPTs with Actions, which read the spec, end on 2026-12-11.
- **Claude Code**: in development it registers itself for notes. For a complete plugin with its skill, use the folder
  \`agent-plugin\` that [\`pnpm export\`](export.md) writes.
- **Microsoft 365 Copilot, Agent Plugins**: [what the files contain](export.md).
- **An assistant that is not here**: if it reads MCP, it needs \`${mcpUrl(toConnection(plugins[0] as Example))}\`; if it reads OpenAPI,
  \`/openapi.json\`.
`

type Example = (typeof plugins)[number]

function row({ name, reads, auth, isRemote }: Assistant): string {
  const works = auth.length === 4 ? 'all four' : auth.join(', ')
  const first =
    auth.length === 4
      ? 'any'
      : plugins
          .filter((one) => auth.includes(one.auth))
          .map((one) => one.name)
          .join(', ')
  return `| ${name} | ${reads.join(', ')} | ${isRemote ? 'in the cloud' : 'where you run it'} | ${works} | ${first} |`
}

/** The steps for one example after the other, without those that differ from an earlier one in name and address only. */
function section(assistant: Assistant): string {
  const shown = new Set<string>()
  const parts = examples
    .filter(({ auth }) => assistant.auth.includes(auth))
    .map((example, index) => {
      const connection = toConnection(example, assistant.isRemote)
      const shapes = assistant.steps({ ...connection, name: 'x', folder: 'x', url: 'x', token: 'x' }).map(write)
      const steps = assistant.steps(connection).filter((_, place) => !shown.has(shapes[place] as string))
      for (const shape of shapes) shown.add(shape)
      if (steps.length === 0) return ''
      const title = index === 0 ? '' : `${example.name}, ${inWords[example.auth]}:\n\n`
      return `${title}${steps.map(write).join('\n\n')}\n`
    })
  return `### ${assistant.name}\n\n${parts.filter(Boolean).join('\n')}`
}

function toConnection({ name, auth, scope, url }: Example, isRemote = false): Connection {
  const file = tokenFiles[auth]
  return {
    name,
    folder: name,
    url: isRemote ? `https://${name}.example.com` : url,
    auth,
    scope,
    scheme: 'Bearer',
    token: file === undefined ? '' : `$(cat plugins/${name}/.data/${file})`,
  }
}

function write(step: Step): string {
  if ('text' in step) return step.text
  if ('code' in step) return codeBlock(step.language, step.code)
  return `${step.label}, a link for the address bar of a browser:\n\n${codeBlock('text', step.link)}`
}

const codeBlock = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``
