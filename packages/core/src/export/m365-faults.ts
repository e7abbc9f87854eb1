import { z } from 'zod'
import type { M365Manifest } from './m365-manifest.ts'

// Copilot may cut off longer texts anywhere.
const longestString = 4096

const Limits = z.object({
  name_for_human: z.string().trim().min(1).max(20),
  namespace: z.string().regex(/^[A-Za-z0-9]+$/, 'must be letters and digits'),
  description_for_model: z.string().min(1).max(2048),
  description_for_human: z.string().min(1).max(100),
  functions: z.array(z.object({ name: z.string().regex(/^[A-Za-z0-9_]+$/, 'must be letters, digits and _') })).min(1),
  capabilities: z.object({ conversation_starters: z.array(z.object({ text: z.string().trim().min(1) })).max(6) }),
})

/** What Microsoft's documentation of v2.4 forbids; its JSON Schema checks little more than types. */
export function m365Faults(manifest: M365Manifest): string[] {
  const faults =
    Limits.safeParse(manifest).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
  for (const [place, text] of strings(manifest)) {
    if (text.length > longestString)
      faults.push(`${place}: has ${text.length} characters; at most ${longestString} are read`)
    if (/\[\[.*\]\]/s.test(text)) faults.push(`${place}: [[…]] would be read as the key of a translation`)
  }
  const names = manifest.functions.map(({ name }) => name)
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index)))
    faults.push(`functions: several have the name ${name}`)
  return faults
}

function strings(node: unknown, place: string[] = []): [place: string, text: string][] {
  if (typeof node === 'string') return [[place.join('.'), node]]
  if (node === null || typeof node !== 'object') return []
  return Object.entries(node).flatMap(([name, member]) => strings(member, [...place, name]))
}
