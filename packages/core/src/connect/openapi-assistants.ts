import { type Assistant, type Connection, everyAuth, hasToken, mcpUrl, type Step } from './assistant.ts'

const spec = (connection: Connection, file = 'openapi.json'): Step => ({
  language: 'text',
  code: `${connection.url}/${file}`,
})
const bearer =
  (text: string) =>
  (connection: Connection): Step[] =>
    hasToken(connection) ? [{ text }] : []
const apiKey = bearer(
  'Enter the token as an API key in the header `Authorization`, with the value `Bearer` and the token.',
)

/** The assistants that read the spec or the manifest. */
export const openApiAssistants: readonly Assistant[] = [
  {
    name: 'Open WebUI',
    reads: ['OpenAPI', 'MCP'],
    auth: ['none', 'service_http', 'user_http'],
    isRemote: false,
    steps: (connection) => [
      {
        text: 'Open Admin Settings, External Tools, Add. Choose the type OpenAPI and enter this URL; Open WebUI adds `/openapi.json`:',
      },
      { language: 'text', code: connection.url },
      ...bearer('Choose Bearer and enter the token.')(connection),
      {
        text: 'Users add their own tools under Settings, External Tools. The browser calls those directly, so add the address of Open WebUI to `CORS_ORIGINS`. In a container, localhost is the container: use the name of your machine, and set `PUBLIC_URL` to it.',
      },
    ],
  },
  {
    name: 'LibreChat',
    reads: ['OpenAPI', 'MCP'],
    auth: ['none', 'service_http', 'oauth'],
    isRemote: false,
    steps: (connection) => [
      { text: 'Open Agents, Actions, and paste the spec:' },
      spec(connection),
      ...bearer('Choose API key, Bearer, and enter the token.')(connection),
      ...(connection.auth === 'oauth'
        ? [
            {
              text: `Choose OAuth and enter the id and secret of a client from \`OAUTH_CLIENTS\`, both URLs from the manifest, and the scope \`${connection.scope}\`.`,
            },
          ]
        : []),
      {
        text: 'LibreChat rejects addresses on your own network unless `actions.allowedDomains` lists them. For MCP, add to `librechat.yaml` (in a container, localhost is `host.docker.internal`):',
      },
      {
        language: 'yaml',
        code: `mcpServers:\n  ${connection.name}:\n    type: streamable-http\n    url: ${mcpUrl(connection)}`,
      },
    ],
  },
  {
    name: 'LobeHub',
    reads: ['manifest'],
    auth: ['none', 'service_http'],
    isRemote: false,
    steps: (connection) => [
      { text: 'Open the plugin store, Custom plugin, and enter the URL of the manifest. Your browser fetches it:' },
      spec(connection, '.well-known/ai-plugin.json'),
      ...bearer('LobeHub shows a field for the token.')(connection),
    ],
  },
  {
    name: 'Dify',
    reads: ['OpenAPI', 'MCP'],
    auth: ['none', 'service_http'],
    isRemote: false,
    steps: (connection) => [
      { text: 'Open Tools, Custom, Create, and import from this URL:' },
      spec(connection),
      ...bearer('Choose API key in the header, Bearer, and enter the token.')(connection),
      { text: 'For MCP, open Tools, MCP, Add server, and enter this URL:' },
      { language: 'text', code: mcpUrl(connection) },
    ],
  },
  {
    name: 'Coze Studio',
    reads: ['OpenAPI 3.0'],
    auth: ['none', 'service_http'],
    isRemote: false,
    steps: (connection) => [
      { text: 'Open Plugins, Import, and choose this file:' },
      spec(connection, 'openapi-3.0.json'),
      ...bearer('Enter the token for the header `Authorization`.')(connection),
    ],
  },
  {
    name: 'Copilot Studio',
    reads: ['OpenAPI', 'MCP'],
    auth: ['none', 'service_http', 'oauth'],
    isRemote: true,
    steps: (connection) => [
      { text: 'Add a tool, choose REST API, and upload this file. Copilot Studio also accepts the MCP URL.' },
      spec(connection, 'openapi-3.0.json'),
      ...apiKey(connection),
    ],
  },
  {
    name: 'Azure AI Foundry',
    reads: ['OpenAPI', 'MCP'],
    auth: ['none', 'service_http'],
    isRemote: true,
    steps: (connection) => [
      { text: 'Add an OpenAPI tool with this file. Foundry keeps a token as a connection.' },
      spec(connection, 'openapi-3.0.json'),
      ...apiKey(connection),
    ],
  },
  {
    name: 'Bedrock AgentCore Gateway',
    reads: ['OpenAPI', 'MCP'],
    auth: ['service_http', 'oauth'],
    isRemote: true,
    steps: (connection) => [
      {
        text: 'Add an OpenAPI target with this file. AgentCore keeps a token as a credential provider, and also accepts the MCP URL.',
      },
      spec(connection, 'openapi-3.0.json'),
      ...apiKey(connection),
    ],
  },
  {
    name: 'LangChain, Semantic Kernel, Google ADK, FastMCP',
    reads: ['OpenAPI', 'MCP'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => [
      { text: 'They read the spec, or connect by MCP:' },
      spec(connection),
      { language: 'text', code: mcpUrl(connection) },
      ...(connection.auth === 'none' ? [] : [{ text: 'Your code sets the header `Authorization`.' }]),
      { text: 'Semantic Kernel for .NET rejects http and private addresses unless you allow them.' },
    ],
  },
]
