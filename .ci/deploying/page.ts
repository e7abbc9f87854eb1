import { readFileSync } from 'node:fs'
import { codeBlocks } from '../markdown.ts'

const text = readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8')

/** The code blocks in a section of docs/deploying.md, in order. */
export function blocksOf(heading: string, language = 'sh'): string[] {
  const section = text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`))
  if (section === undefined) throw new Error(`docs/deploying.md has no section "${heading}"`)
  return codeBlocks(section).flatMap((block) => (block.language === language ? [block.code] : []))
}

/** The block in a section that contains a text. */
export function blockWith(heading: string, word: string, language = 'sh'): string {
  const found = blocksOf(heading, language).filter((code) => code.includes(word))
  if (found.length !== 1) throw new Error(`"${heading}" has ${found.length} blocks with "${word}"`)
  return found[0] as string
}
