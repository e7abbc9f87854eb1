import { z } from 'zod'
import type { Plugin } from './plugin.ts'

/**
 * `/.well-known/ai-plugin.json`, schema v1: all ten members.
 * @param publicUrl the public origin of the plugin, without a slash at the end
 */
export function toManifest(plugin: Plugin, publicUrl: string) {
  return {
    schema_version: 'v1',
    name_for_human: plugin.title,
    name_for_model: plugin.name,
    description_for_human: plugin.descriptionForHuman,
    description_for_model: plugin.descriptionForModel,
    auth: plugin.auth.manifest(publicUrl),
    api: { type: 'openapi', url: `${publicUrl}/openapi.yaml` },
    logo_url: `${publicUrl}/logo.png`,
    contact_email: plugin.contactEmail,
    legal_info_url: `${publicUrl}/legal`,
  }
}

// The store of 2023 refused these words in names and descriptions.
const claimed = /plugin|chatgpt|openai/i
const human = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => !claimed.test(value), 'must not say plugin, ChatGPT or OpenAI')

/** The strictest limit of any reader: ChatGPT 2023, Microsoft 365 Copilot v2.4, Codex. */
const Limits = z.object({
  name: human(50).regex(/^[A-Za-z0-9]+$/, 'must be letters and digits'),
  title: human(20),
  descriptionForHuman: human(100).regex(/[.!?]$/, 'must end with a full stop'),
  descriptionForModel: human(2048),
  conversationStarters: z
    .array(human(128).regex(/^\S.*\S$/, 'must be one line'))
    .min(1)
    .max(6)
    .refine((starters) => new Set(starters).size === starters.length, 'must not contain one twice'),
  contactEmail: z.email(),
})

export function manifestFaults(plugin: Plugin): string[] {
  const { error } = Limits.safeParse(plugin)
  return error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []
}
