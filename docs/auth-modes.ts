import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

// Writes auth-modes.md from what the plugins are; with --check it fails where the page says something else.

const plugins = ['todo', 'stocks', 'news', 'notes']
const page = new URL('auth-modes.md', import.meta.url)
const read = (plugin: string, path: string): string =>
  readFileSync(new URL(`../plugins/${plugin}/${path}`, import.meta.url), 'utf8')

/** The lines of `src/plugin.ts` that begin with `auth:`, up to where they close. */
function authCode(plugin: string): string {
  const lines = read(plugin, 'src/plugin.ts').split('\n')
  const first = lines.findIndex((line) => /^ +auth:/.test(line))
  const indent = /^ */.exec(lines[first] as string)?.[0] ?? ''
  const isOpen = /[({[]$/.test(lines[first] as string)
  const last = isOpen
    ? lines.findIndex(
        (line, index) =>
          index > first && line.startsWith(indent) && /^[)}\]]/.test(line.trim()) && !line.startsWith(`${indent} `),
      )
    : first
  return lines
    .slice(first, last + 1)
    .map((line) => line.slice(indent.length))
    .join('\n')
}

/** How the first operation of the plugin begins; todo has its operations in `src/plugin.ts`. */
function operationCode(plugin: string): string {
  const file = plugin === 'todo' ? 'src/plugin.ts' : 'src/operations.ts'
  const [, name, summary] =
    /(\w+: (?:userO|o)peration\('GET [^']+', \{)\n\s+(summary: [^\n]+)/.exec(read(plugin, file)) ?? []
  return `${name}\n  ${summary}`
}

function lines(plugin: string): string {
  const folder = new URL(`../plugins/${plugin}/src/`, import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
  const counts = files.map(
    (file) => [file, readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n').length] as const,
  )
  const own = counts.filter(([file]) => /token/.test(file)).map(([file, count]) => `\`${file}\` (${count} lines)`)
  return own.length > 0
    ? own.join(', ')
    : plugin === 'notes'
      ? 'none here; [packages/oauth-server](../packages/oauth-server)'
      : 'none'
}

const sections = plugins.map((plugin) => {
  const { auth } = JSON.parse(read(plugin, 'generated/ai-plugin.json'))
  const { security, components } = JSON.parse(read(plugin, 'generated/openapi.json'))
  return `## ${plugin}: \`${auth.type}\`

In the manifest:

\`\`\`json
${JSON.stringify(auth, null, 2)}
\`\`\`

In the spec:

\`\`\`json
${JSON.stringify({ security, securitySchemes: components.securitySchemes }, null, 2)}
\`\`\`

In \`src/plugin.ts\`, and how the first operation begins:

\`\`\`typescript
${authCode(plugin)}
\`\`\`

\`\`\`typescript
${operationCode(plugin)}
\`\`\`

Files that are there for it: ${lines(plugin)}.
`
})

const text = `# What an auth mode costs

The four plugins have one skeleton, so the difference between two of them is what the auth mode asks for. This page is
written by \`pnpm spec\` from the plugins themselves. \`operation\` knows no user; \`userOperation\` gets a \`caller\`, and
may ask for a scope.

${sections.join('\n')}`

if (process.argv.includes('--check')) {
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    console.error('docs/auth-modes.md is not what the plugins are: run pnpm spec')
    process.exitCode = 1
  }
} else writeFileSync(page, text)
