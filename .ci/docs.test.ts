import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { pluginNames, readGenerated } from '../docs/generate/plugins.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages = globSync(['README.md', 'docs/**/*.md', '{packages,plugins}/*/*.md', '{packages,plugins}/*/data/*.md'], {
  cwd: root,
}).sort()
const readme = read('README.md')

test('every link leads to a file, and every anchor to a heading', () => {
  const broken = pages.flatMap((page) =>
    Array.from(withoutCode(read(page)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g), ([, link = '']) => link)
      .filter((link) => !isThere(page, link))
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

test('every ts block stands in the source', () => {
  const sources = globSync('{packages,plugins}/*/{src,test}/**/*.ts', { cwd: root }).map((file) => squeeze(read(file)))
  const unknown = pages.flatMap((page) =>
    Array.from(read(page).matchAll(/```(?:ts|typescript)\n([\s\S]*?)```/g), ([, code = '']) => squeeze(code))
      .filter((code) => !sources.some((source) => source.includes(code.replace(/,$/, ''))))
      .map((code) => `${page}: ${code.slice(0, 80)}`),
  )
  assert.deepEqual(unknown, [])
})

test('the README lists the scripts of package.json', () => {
  const listed = Array.from(readme.matchAll(/^\| `pnpm (\w+)`/gm), ([, script]) => script)
  assert.deepEqual(listed.sort(), Object.keys(JSON.parse(read('package.json')).scripts).sort())
})

test('the README lists every package, and a plugin for each auth mode', () => {
  const mapped = Array.from(readme.matchAll(/^packages\/(\S+)/gm), ([, name]) => name)
  assert.deepEqual(mapped.sort(), foldersIn('packages'))
  const modes = pluginNames.map((name) => readGenerated(name, 'ai-plugin.json').auth.type)
  assert.deepEqual([...new Set(modes)].sort(), ['none', 'oauth', 'service_http', 'user_http'])
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

const foldersIn = (folder: string): string[] =>
  globSync(`${folder}/*/package.json`, { cwd: root })
    .map((file) => basename(dirname(file)))
    .sort()

function isThere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page : join(dirname(page), file)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || !target.endsWith('.md') || anchors(read(target)).includes(anchor)
}

/** The anchors that GitHub makes of headings. */
const anchors = (markdown: string): string[] =>
  Array.from(withoutCode(markdown).matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )

const withoutCode = (markdown: string): string => markdown.replaceAll(/^```[\s\S]*?^```/gm, '')

const squeeze = (code: string): string => code.replaceAll(/\s+/g, ' ').trim()
