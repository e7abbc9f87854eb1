import { type Assistant, type Connection, everyAuth, hasToken, mcpUrl, type Step } from './assistant.ts'

/** The Authorization header of a plugin with tokens, in a command. */
const header = (connection: Connection): string =>
  hasToken(connection) ? ` --header "Authorization: ${connection.scheme} ${connection.token}"` : ''

const json = (value: unknown): Step => ({ language: 'json', code: JSON.stringify(value, null, 2) })
const url = (connection: Connection): Step => ({ language: 'text', code: mcpUrl(connection) })
const variable = ({ name }: Connection): string => `${name.toUpperCase()}_TOKEN`
const when = (condition: boolean, ...steps: Step[]): Step[] => (condition ? steps : [])

/** What VS Code asks for when it connects first, so that the token is in no file. */
const tokenInput = ({ name }: Connection) => ({
  id: name,
  type: 'promptString',
  description: `Token of ${name}`,
  password: true,
})

function visualStudioCode(connection: Connection) {
  const server = { type: 'http', url: mcpUrl(connection) }
  if (!hasToken(connection)) return { server }
  return {
    inputs: [tokenInput(connection)],
    server: { ...server, headers: { Authorization: `${connection.scheme} \${input:${connection.name}}` } },
  }
}

function cursor(connection: Connection) {
  const headers = { Authorization: `${connection.scheme} \${env:${variable(connection)}}` }
  return { url: mcpUrl(connection), ...(hasToken(connection) && { headers }) }
}

/** The assistants that connect by MCP, the best known first. */
export const mcpAssistants: readonly Assistant[] = [
  {
    name: 'Claude Code',
    reads: ['MCP', 'files'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => [
      {
        language: 'sh',
        code: `claude mcp add --transport http ${connection.name} ${mcpUrl(connection)}${header(connection)}`,
      },
      ...when(connection.auth === 'oauth', { text: 'Type `/mcp` in a session to sign in.' }),
    ],
  },
  {
    name: 'claude.ai, Claude Desktop',
    reads: ['MCP'],
    auth: ['none', 'oauth'],
    isRemote: true,
    steps: (connection) => [
      { text: 'Open Settings, Connectors, Add custom connector. Enter a name and this URL:' },
      url(connection),
      ...when(connection.auth === 'oauth', {
        text: 'Start the plugin with `OAUTH_REGISTRATION=true`. Or add a client to `OAUTH_CLIENTS` that has `https://claude.ai/api/mcp/auth_callback` among its `redirectUris`, and enter its id and secret under Advanced settings.',
      }),
    ],
  },
  {
    name: 'ChatGPT',
    reads: ['MCP'],
    auth: ['none', 'oauth'],
    isRemote: true,
    steps: (connection) => [
      {
        text: 'Open Settings, Apps and connectors, Advanced, Developer mode. Choose Create, and enter a name and this URL:',
      },
      url(connection),
      { text: `Choose ${connection.auth === 'oauth' ? 'OAuth' : 'No authentication'}.` },
      ...when(connection.auth === 'oauth', {
        text: 'ChatGPT must be able to become a client of the plugin: start the plugin with `OAUTH_CLIENT_HOSTS=chatgpt.com`. You can also set `OAUTH_REGISTRATION=true`, or add a client to `OAUTH_CLIENTS` with the callback URL that ChatGPT shows.',
      }),
    ],
  },
  {
    name: 'VS Code, GitHub Copilot',
    reads: ['MCP'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => {
      const { server, inputs } = visualStudioCode(connection)
      const { name } = connection
      const settings = { name, ...server, ...(inputs && { inputs }) }
      return [
        { label: 'Add to VS Code', link: `vscode:mcp/install?${encodeURIComponent(JSON.stringify(settings))}` },
        { text: 'Or write `.vscode/mcp.json` in a workspace. VS Code asks for a token; it is not in the file:' },
        json({ ...(inputs && { inputs }), servers: { [name]: server } }),
      ]
    },
  },
  {
    name: 'Cursor',
    reads: ['MCP'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => {
      const { name } = connection
      const config = encodeURIComponent(Buffer.from(JSON.stringify(cursor(connection))).toString('base64'))
      return [
        {
          label: 'Add to Cursor',
          link: `cursor://anysphere.cursor-deeplink/mcp/install?name=${name}&config=${config}`,
        },
        { text: 'Or write `.cursor/mcp.json`, or `~/.cursor/mcp.json` for all projects:' },
        json({ mcpServers: { [name]: cursor(connection) } }),
        ...when(hasToken(connection), { text: `The token comes from the variable \`${variable(connection)}\`.` }),
      ]
    },
  },
  {
    name: 'Codex',
    reads: ['MCP', 'files'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => {
      const { name, token, auth } = connection
      const add = `codex mcp add ${name} --url ${mcpUrl(connection)}`
      const own = variable(connection)
      if (hasToken(connection))
        return [{ language: 'sh', code: `${own}="${token}" ${add} --bearer-token-env-var ${own}` }]
      return [{ language: 'sh', code: auth === 'oauth' ? `${add} && codex mcp login ${name}` : add }]
    },
  },
  {
    name: 'Goose',
    reads: ['MCP'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => [
      { text: 'Run `goose configure`, choose Add Extension, Remote Extension (Streamable HTTP), and enter this URL:' },
      url(connection),
      ...when(hasToken(connection), {
        text: `Add the header \`Authorization\` with the value \`${connection.scheme}\` and the token.`,
      }),
    ],
  },
  {
    name: 'LM Studio',
    reads: ['MCP'],
    auth: ['none', 'service_http', 'user_http'],
    isRemote: false,
    steps: (connection) => {
      const server = {
        url: mcpUrl(connection),
        ...(hasToken(connection) && { headers: { Authorization: `${connection.scheme} TOKEN` } }),
      }
      const config = encodeURIComponent(Buffer.from(JSON.stringify(server)).toString('base64'))
      return [
        { label: 'Add to LM Studio', link: `lmstudio://add_mcp?name=${connection.name}&config=${config}` },
        { text: 'Or choose Program, Install, Edit mcp.json:' },
        json({ mcpServers: { [connection.name]: server } }),
        ...when(hasToken(connection), { text: 'Replace `TOKEN` by the token.' }),
      ]
    },
  },
  {
    name: 'Postman',
    reads: ['MCP', 'OpenAPI'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => [
      { text: 'Choose New, MCP, HTTP, and enter this URL:' },
      url(connection),
      ...when(hasToken(connection), { text: 'Enter the token under Authorization, Bearer Token.' }),
    ],
  },
  {
    name: 'MCP Inspector',
    reads: ['MCP'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => [
      { text: 'It runs in a browser, or as a command:' },
      {
        language: 'sh',
        code: `npx @modelcontextprotocol/inspector --cli ${mcpUrl(connection)} --transport http --method tools/list${header(connection)}`,
      },
    ],
  },
]
