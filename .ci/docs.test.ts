import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { readGenerated } from '../docs/generate/plugins.ts'
import { commands, headings, links, withoutCode } from './markdown.ts'
import { groups } from './steps.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md', '{packages,plugins}/*/*.md', '{packages,plugins}/*/data/*.md'], {
  cwd: root,
}).sort()

test('every link leads to a file, and every anchor to a heading', () => {
  const broken = pages.flatMap((page) =>
    links(read(page))
      .filter((link) => !/^https?:/.test(link) && !isThere(page, link))
      .map((link) => `${page}: ${link}`),
  )
  assert.deepEqual(broken, [])
})

test('every path in backticks exists', () => {
  const missing = pages.flatMap((page) =>
    Array.from(
      withoutCode(read(page)).matchAll(/`((?:packages|plugins|docs|\.ci)\/[\w./*{},-]+)`/g),
      ([, path = '']) => path,
    )
      .filter((path) => !/NAME|\.data/.test(path) && globSync(path, { cwd: root }).length === 0)
      .map((path) => `${page}: ${path}`),
  )
  assert.deepEqual(missing, [])
})

test('every pnpm command names a script', () => {
  const scriptsOf = (folder: string) => Object.keys(JSON.parse(read(join(folder, 'package.json'))).scripts)
  const unknown = pages.flatMap((page) =>
    Array.from(
      [...shellTexts(read(page))].join('\n').matchAll(/\bpnpm (?:--filter (\S+) )?([a-z][\w-]*)/g),
      ([command, filter = '', name = '']) => ({ command, folder: packageFolder(filter), name }),
    )
      .filter(
        ({ folder, name }) =>
          !['install', 'exec', 'publish', 'pack'].includes(name) && !scriptsOf(folder).includes(name),
      )
      .map(({ command }) => `${page}: ${command}`),
  )
  assert.deepEqual(unknown, [])
})

test('every ts block stands in the source', () => {
  const sources = globSync('{packages,plugins}/*/{src,test}/**/*.ts', { cwd: root }).map((file) => squeeze(read(file)))
  const unknown = pages.flatMap((page) =>
    // What differs between two operations is generated from their source.
    Array.from(
      read(page)
        .replaceAll(/<!-- difference: [\s\S]*?<!-- end -->/g, '')
        .matchAll(/```(?:ts|typescript)\n([\s\S]*?)```/g),
      ([, code = '']) => squeeze(code),
    )
      .filter((code) => !sources.some((source) => source.includes(code.replace(/,$/, ''))))
      .map((code) => `${page}: ${code.slice(0, 80)}`),
  )
  assert.deepEqual(unknown, [])
})

test('every block of a proxy stands in its configuration', () => {
  const files = globSync('deploy/**/*', { cwd: root }).filter((file) => /\.conf$|Caddyfile$/.test(file))
  const unknown = pages.flatMap((page) =>
    Array.from(read(page).matchAll(/```(?:nginx|caddyfile)\n([\s\S]*?)\n```/g), ([, block = '']) => block)
      .filter((block) => !files.some((file) => read(file).includes(block)))
      .map((block) => `${page}: ${block.slice(0, 80)}`),
  )
  assert.deepEqual(unknown, [])
})

test('README.md and CONTRIBUTING.md list each script of package.json once', () => {
  const listed = ['README.md', 'CONTRIBUTING.md'].flatMap((page) => firstCells(page, /^`pnpm (\w+)`$/))
  assert.deepEqual(listed.sort(), Object.keys(JSON.parse(read('package.json')).scripts).sort())
})

test('CONTRIBUTING.md lists every package', () => {
  const mapped = Array.from(read('CONTRIBUTING.md').matchAll(/^packages\/(\S+)/gm), ([, name]) => name)
  assert.deepEqual(mapped.sort(), foldersIn('packages'))
})

test('README.md and docs/plugins.md list the same plugins', () => {
  // A clone may have plugins of its own.
  const listed = firstCells('README.md', /^\[(\w+)\]\(plugins\/\1\)$/)
  assert.deepEqual(firstCells('docs/plugins.md', /^\[(\w+)\]\(\.\.\/plugins\/\1\)$/), listed)
  const folders = foldersIn('plugins')
  assert.ok(listed.length >= 4 && listed.every((name) => folders.includes(name)), listed.join(', '))
})

test('CONTRIBUTING.md lists every group of .ci/run', () => {
  assert.deepEqual(firstCells('CONTRIBUTING.md', /^`(\w+)`$/), Object.keys(groups))
})

test('the workflow runs every group of steps', () => {
  const [, listed = ''] = /group: \[(.*)\]/.exec(read('.github/workflows/ci.yml')) ?? []
  assert.deepEqual(listed.split(', ').sort(), Object.keys(groups).sort())
})

test('docs/README.md lists every page', () => {
  const listed = links(read('docs/README.md')).filter((link) => !link.startsWith('..'))
  const others = globSync('*.md', { cwd: join(root, 'docs') }).filter((file) => file !== 'README.md')
  assert.deepEqual(listed.sort(), others.sort())
})

test('README.md has at most 120 lines', () => {
  assert.ok(read('README.md').trimEnd().split('\n').length <= 120)
})

test('no two plugins have the same port', () => {
  const ports = foldersIn('plugins').map((name) => new URL(readGenerated(name, 'ai-plugin.json').api.url).port)
  assert.equal(new Set(ports).size, ports.length, ports.join(', '))
})

test('no script of a package.json is longer than 100 characters', () => {
  const long = globSync(['package.json', '{packages,plugins}/*/package.json'], { cwd: root }).flatMap((file) =>
    Object.values<string>(JSON.parse(read(file)).scripts ?? {}).filter((script) => script.length > 100),
  )
  assert.deepEqual(long, [])
})

/** What a pattern finds in the first cell of each row. */
const firstCells = (page: string, pattern: RegExp): string[] =>
  Array.from(read(page).matchAll(/^\| (.*?) *\|/gm), ([, cell = '']) => pattern.exec(cell)?.[1] ?? '').filter(Boolean)

/** What a reader may type: shell blocks, and code in the text. */
const shellTexts = (markdown: string): string[] => [
  ...commands(markdown),
  ...Array.from(withoutCode(markdown).matchAll(/`([^`\n]+)`/g), ([, code = '']) => code),
]

/** The folder of a package by the name after --filter. The plugin of an example, such as NAME, has the scripts of todo. */
function packageFolder(filter: string): string {
  if (filter === '') return '.'
  const folder = filter.startsWith('@') ? `packages/${basename(filter)}` : `plugins/${basename(filter)}`
  return existsSync(join(root, folder, 'package.json')) ? folder : 'plugins/todo'
}

const foldersIn = (folder: string): string[] =>
  globSync(`${folder}/*/package.json`, { cwd: root })
    .map((file) => basename(dirname(file)))
    .sort()

function isThere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page : join(dirname(page), file)
  if (!existsSync(join(root, target))) return false
  if (anchor === undefined || !target.endsWith('.md')) return true
  return headings(read(target)).some((heading) => heading.anchor === anchor)
}

const squeeze = (code: string): string => code.replaceAll(/\s+/g, ' ').trim()
