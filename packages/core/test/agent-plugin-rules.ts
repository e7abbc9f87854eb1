import { z } from 'zod'

// The rules of the Agent Plugins specification 1.0.0 in words of our own: sections 5.2 to 5.6, 7.2.1 and 10.1.

const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
  .refine((value) => !/--|\.\./.test(value), 'must not repeat - or .')

/** Section 7.2.1: https, and http to this machine alone; nothing that names a user or a place in a page. */
const remoteUrl = z.string().refine((value) => {
  if (!URL.canParse(value)) return false
  const { protocol, hostname, username, password, hash } = new URL(value)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
  return username + password + hash === '' && (protocol === 'https:' || (protocol === 'http:' && isLoopback))
}, 'must be https, or http to this machine')

export const AgentPlugin = z.strictObject({
  $schema: z.literal('https://agent-plugins.org/schemas/1.0.0/plugin.schema.json'),
  name,
  version: z.string().optional(),
  description: z.string().optional(),
  author: z
    .strictObject({ name: z.string().optional(), email: z.string().optional(), url: z.string().optional() })
    .optional(),
  homepage: z.string().optional(),
  repository: z.string().optional(),
  license: z.string().optional(),
  keywords: z.array(z.string()).optional(),
  extensions: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
})

/** Of the kinds of server, the two that are reached by URL: a plugin here starts no process. */
export const AgentPluginServers = z.strictObject({
  $schema: z.literal('https://agent-plugins.org/schemas/1.0.0/mcp.schema.json'),
  mcpServers: z.record(
    z.string(),
    z.strictObject({
      type: z.enum(['streamable-http', 'sse']),
      url: remoteUrl,
      headers: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

const author = z.strictObject({ name: z.string().min(1), email: z.email().optional(), url: z.url().optional() })
const facts = {
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  description: z.string().min(1),
  author,
  homepage: z.url(),
}
const inside = z.string().regex(/^\.\/(?!.*\.\.)/)

/** `.claude-plugin/plugin.json`, as Claude Code's reference of plugins describes it: skills and .mcp.json lie where it looks. */
export const ClaudePlugin = z.strictObject(facts)

/** The extension `com.openai` of plugin.json, as OpenAI's documentation describes it. */
export const OpenAiExtension = z.strictObject({
  interface: z.strictObject({
    displayName: z.string().min(1),
    shortDescription: z.string().min(1),
    capabilities: z.array(z.enum(['Read', 'Write'])),
    termsOfServiceURL: z.url(),
    defaultPrompt: z.array(z.string().min(1).max(128)).min(1).max(3),
  }),
})

/** `.codex-plugin/plugin.json`, from the same documentation. */
export const CodexPlugin = z.strictObject({
  ...facts,
  skills: inside,
  mcpServers: inside,
  ...OpenAiExtension.shape,
})

export const ClaudeServers = z.strictObject({
  mcpServers: z.record(
    z.string(),
    z.strictObject({
      type: z.literal('http'),
      url: remoteUrl,
      headers: z.strictObject({ Authorization: z.string().regex(/^\$\{[A-Z0-9]+_AUTHORIZATION\}$/) }).optional(),
    }),
  ),
})

export const CodexServers = z.strictObject({
  mcpServers: z.record(
    z.string(),
    z.strictObject({
      type: z.literal('http'),
      url: remoteUrl,
      env_http_headers: z.strictObject({ Authorization: z.string().regex(/^[A-Z0-9]+_AUTHORIZATION$/) }).optional(),
    }),
  ),
})
