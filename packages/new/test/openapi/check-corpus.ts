// Makes a plugin of each real document of a corpus, type-checks all of them in one program, and starts each.
//   run-ts packages/new/test/openapi/check-corpus.ts [FOLDER…]
// Without a folder: the documents in CORPUS.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closePlugin, createApp, createLog, listen, type Plugin } from '@reference-plugins/core'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { planFrame } from '../../src/copy/plan-frame.ts'
import { formsOf, type Name } from '../../src/name.ts'
import { type Api, readApi } from '../../src/openapi/api.ts'
import { filesOf } from '../../src/openapi/files/all-files.ts'
import { readSource } from '../../src/openapi/source.ts'
import { titleIn } from '../../src/openapi/title.ts'
import { writePlan } from '../../src/plan.ts'
import { Refusal } from '../../src/refusal.ts'
import { readWorkspace } from '../../src/workspace/workspace.ts'

const root = resolve(import.meta.dirname, '../../../..')
const folders = process.argv.slice(2)
const corpus = process.env.CORPUS ?? resolve(root, '../shared/corpus')
const places = folders.length > 0 ? folders : [join(corpus, 'plugins')]
const files = places.flatMap((place) =>
  globSync('**/*.{json,yaml,yml}', { cwd: place, exclude: (name) => name === 'node_modules' })
    .filter((path) => !/(ai-plugin|package)\.json$/.test(path))
    .map((path) => join(place, path)),
)
if (files.length === 0) {
  console.log(`There is no document in ${places.join(', ')}: set CORPUS`)
  process.exit(0)
}

// Beside the packages that the plugins import, and ignored by Git.
const target = resolve(import.meta.dirname, '../../.data/corpus')
rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
mkdirSync(join(target, 'plugins'))
const frame = planFrame({ workspace: readWorkspace(root), name: formsOf('api'), title: 'Api', port: 4000 })

interface Made {
  name: Name
  file: string
  count: number
}

const made: Made[] = []
const refused: string[] = []
for (const [index, file] of files.sort().entries()) {
  const name = formsOf(`api-${index}`)
  const shown = relative(places[0] ?? '', file)
  try {
    const source = await readSource(file)
    const read = (baseUrl: string | undefined) => readApi(source, { name, include: [], baseUrl })
    const api = readOr(read, (message) =>
      message.includes('--base-url') ? read('https://api.example.com') : undefined,
    )
    const texts = filesOf(api, { name, title: titleIn(api, name), port: 4000 + index }, source.shown, [])
    writePlan({ ...frame, folder: join(target, 'plugins', name.kebab), files: new Map([...frame.files, ...texts]) })
    made.push({ name, file: shown, count: api.operations.length })
  } catch (error) {
    const isSentence = error instanceof Refusal && !error.message.includes('\n')
    refused.push(
      `${isSentence ? 'refused' : 'FAILED'} ${shown}: ${isSentence ? (error as Error).message.replace(file, '') : (error as Error).stack}`,
    )
  }
}

writeFileSync(
  join(target, 'tsconfig.json'),
  JSON.stringify({
    extends: relative(target, join(root, 'tsconfig.json')),
    compilerOptions: { types: ['node'] },
    // The tests are alike, so some are enough.
    include: ['plugins/*/src', 'plugins/api-*0/test'],
    exclude: [],
  }),
)
const start = performance.now()
const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', target], { encoding: 'utf8' })
const seconds = Math.round((performance.now() - start) / 1000)
const faults = tsc.stdout.split('\n').filter((line) => /error TS/.test(line))
const broken = new Set(faults.map((line) => /plugins\/(api-\d+)\//.exec(line)?.[1]))

process.setMaxListeners(0)
let started = 0
for (const { name, file } of made) {
  if (broken.has(name.kebab)) continue
  try {
    await startOnce(join(target, 'plugins', name.kebab), name)
    started++
  } catch (error) {
    refused.push(`FAILED to start ${file} (${name.kebab}): ${(error as Error).message}`)
  }
}

/** Creates the plugin, serves it, and reads what it publishes. */
async function startOnce(folder: string, name: Name): Promise<void> {
  const module = await import(pathToFileURL(join(folder, 'src/plugin.ts')).href)
  const create = module[`create${name.pascal}Plugin`] as (settings: object) => Promise<Plugin>
  const publicUrl = 'http://localhost:4000'
  const plugin = await create({ PUBLIC_URL: publicUrl, DATABASE_URL: temporaryDatabase(), NODE_ENV: 'development' })
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false) })
  const running = await listen(app.callback(), { host: '127.0.0.1', port: 0, lifecycle: { stopping: false } })
  const url = `http://127.0.0.1:${(running.server.address() as AddressInfo).port}`
  for (const path of ['/livez', '/openapi.json', '/openapi-3.0.json', '/.well-known/ai-plugin.json'])
    if (!(await fetch(`${url}${path}`)).ok) throw new Error(`${path} is not answered`)
  running.server.closeAllConnections()
  await running.stop()
  await closePlugin(plugin)
}

for (const line of [...refused, ...faults]) console.log(line)
const operations = made.reduce((sum, { count }) => sum + count, 0)
console.log(
  `${files.length} documents, ${made.length} plugins with ${operations} operations, ${made.length - broken.size} type-check (${seconds} s), ${started} start; ${refused.filter((line) => line.startsWith('refused')).length} refused in a sentence`,
)
// Documents without an operation are none that a plugin could be made of.
const possible = files.length - refused.filter((line) => line.startsWith('refused') && isEmpty(line)).length
console.log(`${((100 * started) / possible).toFixed(1)}% of the documents with operations`)
if (existsSync(target) && !process.env.KEEP) rmSync(target, { recursive: true, force: true })
process.exitCode = started / possible >= 0.95 && !refused.some((line) => line.startsWith('FAILED')) ? 0 : 1

/** The API, or what to do instead of a refusal. */
function readOr(read: (baseUrl: string | undefined) => Api, instead: (message: string) => Api | undefined): Api {
  try {
    return read(undefined)
  } catch (error) {
    const other = error instanceof Refusal ? instead(error.message) : undefined
    if (!other) throw error
    return other
  }
}

function isEmpty(line: string): boolean {
  return /has no operation, so|has no paths|file is (empty|text)|error of a server|not an OpenAPI|web page|is XML|is a program|not text/.test(
    line,
  )
}
