import { readFileSync, writeFileSync } from 'node:fs'

const page = new URL('../../../docs/figures.md', import.meta.url)

/** Replaces the section of a part in docs/figures.md, which stands between two comments. */
export function writeFigures(part: string, text: string): void {
  const all = readFileSync(page, 'utf8')
  const section = new RegExp(`(<!-- bench: ${part} -->\n).*?(?=<!-- end -->)`, 's')
  if (!section.test(all)) throw new Error(`docs/figures.md has no section <!-- bench: ${part} -->`)
  writeFileSync(
    page,
    all.replace(section, (_, start) => `${start}\n${text}\n\n`),
  )
}
