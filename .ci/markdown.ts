/** The headings of a page, in order. */
export const headings = (markdown: string): { level: number; anchor: string }[] =>
  Array.from(withoutCode(markdown).matchAll(/^(#+) (.*)$/gm), ([, marks = '', heading = '']) => ({
    level: marks.length,
    anchor: toAnchor(heading),
  }))

/** The anchor that GitHub makes of a heading. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')

/** The targets of all links and pictures. */
export const links = (markdown: string): string[] =>
  Array.from(
    withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)|<(https?:[^>\s]+)>|<img [^>]*src="([^"]+)"/g),
    ([, target, url, picture]) => target ?? url ?? picture ?? '',
  )

export interface CodeBlock {
  language: string
  code: string
}

export const codeBlocks = (markdown: string): CodeBlock[] =>
  Array.from(markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm), ([, language = '', code = '']) => ({ language, code }))

/** The lines of the shell blocks, without comments. */
export const commands = (markdown: string): string[] =>
  codeBlocks(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.trim().split('\n'))
    .map((line) => line.replace(/\s+# .*$/, ''))

export const withoutCode = (markdown: string): string => markdown.replaceAll(/^```[\s\S]*?^```$/gm, '')
