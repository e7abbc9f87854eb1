import { checkTitle, type Name, titleOf } from '../name.ts'
import { Refusal } from '../refusal.ts'
import type { Api } from './api.ts'
import { withoutClaims } from './files/text.ts'

const longestTitle = 20

/** The title of the document without what every such title says, or else the name. */
export function titleIn({ title }: Api, name: Name): string {
  const words = withoutClaims(title)
    .replaceAll(
      /\b(swagger|openapi|open api|rest|api|apis|specification|spec|definition|documentation|docs|v?\d+(\.\d+)*)\b|[-–:(].*$/gi,
      ' ',
    )
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  let fit = ''
  for (const word of words) if (`${fit} ${word}`.trim().length <= longestTitle) fit = `${fit} ${word}`.trim()
  for (const candidate of [fit, titleOf(name)])
    try {
      if (candidate.length > 1) return checkTitle(candidate)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  return checkTitle(titleOf(name).slice(0, longestTitle).trim())
}
