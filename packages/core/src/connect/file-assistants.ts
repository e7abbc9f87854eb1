import { type Assistant, type Connection, everyAuth, type Step } from './assistant.ts'

const exportCommand = ({ folder, url }: Connection): Step => ({
  language: 'sh',
  code: `pnpm export ${folder} --url ${url}`,
})

/** The assistants that take files, which `pnpm export` writes. */
export const fileAssistants: readonly Assistant[] = [
  {
    name: 'Microsoft 365 Copilot',
    reads: ['files', 'MCP'],
    auth: ['none', 'service_http', 'oauth'],
    isRemote: true,
    steps: (connection) => [
      { text: 'Write the files, in the repository of the plugin:' },
      exportCommand(connection),
      {
        text: `The folder \`exports/${connection.folder}/m365\` contains the API plugin manifest v2.4 and its spec: the action of a declarative agent.`,
      },
      ...(connection.auth === 'none'
        ? []
        : [
            {
              text: `In the developer portal, register ${
                connection.auth === 'oauth'
                  ? 'the OAuth client with the callback `https://teams.microsoft.com/api/platform/v1.0/oAuthRedirect`'
                  : 'the token'
              }. Put the id that you get into \`reference_id\`.`,
            },
          ]),
    ],
  },
  {
    name: 'Agent Plugins',
    reads: ['files'],
    auth: everyAuth,
    isRemote: false,
    steps: (connection) => [
      { text: 'Write the files, in the repository of the plugin:' },
      exportCommand(connection),
      {
        text: `The folder \`exports/${connection.folder}/agent-plugin\` is a complete plugin with its skill for Claude Code, Codex and others that read Agent Plugins 1.0.0.`,
      },
    ],
  },
]
