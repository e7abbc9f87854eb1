import { readFileSync } from 'node:fs'
import { PluginSource } from './plugin-source.ts'

const block = /<!-- code: (\S+?)(?: (\S+))? -->\n```ts\n[\s\S]*?```/g

/**
 * Fills the code blocks of a Markdown file from the source. The comment before a block names a whole file
 * (`code: plugins/todo/test/contract.test.ts`) or a part of a plugin (`code: plugins/todo getTodos`).
 */
export const fillCodeBlocks = (markdown: string): string =>
  markdown.replaceAll(block, (_, path: string, part?: string) => {
    const code = part === undefined ? readSource(path) : new PluginSource(path.replace('plugins/', '')).operation(part)
    return `<!-- code: ${part === undefined ? path : `${path} ${part}`} -->\n\`\`\`ts\n${code}\n\`\`\``
  })

const readSource = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').trimEnd()
