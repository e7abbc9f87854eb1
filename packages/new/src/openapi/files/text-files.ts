import type { Api } from '../api.ts'
import type { Facts } from './plugin-files.ts'
import { samplesOf } from './test-files.ts'

const mostRows = 40

export function readmeFile(api: Api, { name, title, port }: Facts, source: string, isSeveral: boolean): string {
  const { kebab, constant } = name
  const secrets = api.credentials.map(
    ({ variable, words }) => `| \`${variable}\` | ${words}; without it the API refuses calls | not set |\n`,
  )
  const rows = api.operations.map(
    ({ id, method, path, summary }) => `| \`${id}\` | \`${method} ${cell(path)}\` | ${cell(summary)} |\n`,
  )
  return `# ${kebab}

${title}, by its API at ${api.baseUrl}. Made from ${source} by \`pnpm new\`; from then on the code is yours.

\`\`\`sh
npx -y -p node@24 -p pnpm@12.21.0 pnpm dev --filter ${kebab}
\`\`\`

| operation | call of the API | what it does |
| --- | --- | --- |
${rows.join('')}
| variable | meaning | default |
| --- | --- | --- |
| \`${constant}_BASE_URL\` | the address of the API | ${api.baseUrl} |
${secrets.join('')}
${authText(api)}

| file | what it has |
| --- | --- |
| \`src/plugin.ts\` | the facts, the auth and the client of the API: read it first |
| ${isSeveral ? '`src/operations`' : '`src/operations.ts`'} | the operations, each a call of the API |
| \`src/schemas.ts\` | what answers have |
| \`src/settings.ts\` | the variables |
| \`test/samples.ts\` | a call of each operation, and what the API is asked |
| \`api.json\` | what the document had: \`pnpm new ${kebab} --openapi FILE\` compares it with a newer one |

An answer is checked and cut to what the output says; a member \`cut\` names what is missing. A failure of the API becomes a
problem that says what to do. [From an OpenAPI document](../../docs/from-openapi.md) describes both.
${leftOutText(api)}
## A conversation with it

[conversation.md](conversation.md) is made of a sample: record your own with the [host](../../packages/host). The plugin
listens on port ${port}.
`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

function authText({ credentials, unknown }: Api): string {
  const other =
    unknown.length > 0 ? ` The document also names ${unknown.join(', ')}, which the client cannot send.` : ''
  if (credentials.length === 0) return `The API needs no secret, so the plugin needs no token (\`none\`).${other}`
  return `**The secret.** The plugin holds a secret of the API, and acts with it for everyone who may call it. So it must not be open
to the world: assistants send a token of the plugin's own.${other}`
}

function leftOutText({ leftOut }: Api): string {
  if (leftOut.length === 0) return ''
  const rows = leftOut.slice(0, mostRows).map(({ route, reason }) => `| \`${cell(route)}\` | ${cell(reason)} |\n`)
  const more = leftOut.length > mostRows ? `\n\`api.json\` lists ${leftOut.length - mostRows} more.\n` : ''
  return `\n## Not in this plugin, but in the API\n\n| operation | reason |\n| --- | --- |\n${rows.join('')}${more}`
}

/** A conversation of one call that only reads, with its sample. */
export function conversationFile(api: Api, { name, port }: Facts): string {
  const samples = samplesOf(api)
  const { operation, input, output } = (samples.find(({ method }) => method === 'GET') ??
    samples[0]) as (typeof samples)[number]
  const { summary = operation } = api.operations.find(({ id }) => id === operation) ?? {}
  const question = `${summary.replace(/[.!?…]+$/, '')}.`
  return `# ${question}

- ${name.kebab}: localhost:${port}

## You

${question}

### ${name.camel}.${operation}

\`\`\`json
${JSON.stringify(input, undefined, 2)}
\`\`\`

Answer 200

\`\`\`json
${JSON.stringify(output, undefined, 2)}
\`\`\`

## Assistant

The answer is above. It is a sample.
`
}

export const legalFile = ({ title }: Facts, { baseUrl }: Api): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark">
    <title>${title}: legal information</title>
  </head>
  <body>
    <h1>${title}: legal information</h1>
    <p>This is a service that anyone may run. If you run it, you are responsible for it: put your name and address here.</p>
    <h2>What is stored</h2>
    <p>Nothing. Every call is passed on to the API at ${new URL(baseUrl).host}, which receives what the user asks for and has
      terms of its own.</p>
    <h2>What is logged</h2>
    <p>The time, the path and the status of each request. Nothing else is passed to anyone.</p>
  </body>
</html>
`
