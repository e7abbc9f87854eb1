import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { runTool } from './run-tool.ts'
import { type Subject, subjects } from './world/defects.ts'
import { correct, inTurn, planted, wanted } from './world/planted.ts'
import { type Any, type Handler, serveProxy } from './world/proxy.ts'
import { servers, type WorldServer } from './world/servers.ts'
import { start } from './world/start.ts'

// Runs other tools on the planted defects, as defects.world.ts runs the contract tester. A tool finds a defect if it says
// something that it does not say of the correct server. Needs a network to fetch the tools with npx. Words name the tools
// to run; all where there are none.

const longest = 60_000
const folder = temporaryFolder()
let files = 0

const run = (words: string[]): Promise<string> => runTool(words, folder, longest)

const peers: Record<string, (name: string, url: string, specFile: string) => Promise<Set<string>>> = {
  async 'Dredd 14.1.0'(name, url, specFile) {
    const [header, value] = subjects[name]?.signIn ?? []
    const signIn = header === undefined ? [] : ['-h', `${header}: ${value}`]
    const output = await run(['dredd@14.1.0', await forDredd(name, url, specFile), url, '--loglevel=error', ...signIn])
    return linesOf(output, /^(fail|error): .*$/gm)
  },
  async 'Redocly respect 2.73.0'(name, _url, specFile) {
    const arazzo = `${specFile}.arazzo.yaml`
    const hint = await run(['@redocly/cli@2.73.0', 'generate-arazzo', specFile, '-o', arazzo])
    const [user = '', password = ''] = (servers[name]?.token ?? '').split(':')
    const inputs = [...hint.matchAll(/--input (\S+)=YOUR_/g)].flatMap(([, input = '']) => [
      '--input',
      `${input}=${/password/i.test(input) ? password : user}`,
    ])
    const output = await run(['@redocly/cli@2.73.0', 'respect', arazzo, ...inputs])
    return linesOf(output, /(✗.*|Reason: .*|stepId - .*\n\s+✗.*)$/gm)
  },
  async 'Portman 1.33.0, Newman 6.2.1'(name, url, specFile) {
    const collection = collections.get(name) ?? makeCollection(name, url, specFile)
    collections.set(name, collection)
    const at = ['--env-var', `baseUrl=${url}`, '--timeout-request', '5000']
    const output = await run(['newman@6.2.1', 'run', await collection, ...at])
    return linesOf(output, /^ *\d+\. .*$/gm)
  },
}

/** Dredd reads no 3.1 and makes up no values: it is given what it asks for, the id of an item too. */
async function forDredd(name: string, url: string, specFile: string): Promise<string> {
  const { list, valid, signIn } = subjects[name] as Subject
  const headers = { 'content-type': 'application/json', ...(signIn && { [signIn[0]]: signIn[1] }) }
  // The paths of the subjects have the base path already.
  const created = await fetch(new URL(list, url), { method: 'POST', headers, body: JSON.stringify(valid) })
  const { id } = (await created.json().catch(() => ({}))) as { id?: unknown }
  const document = JSON.parse(readFileSync(specFile, 'utf8')) as Any
  if (document.openapi) document.openapi = '3.0.3'
  for (const item of Object.values<Any>(document.paths))
    for (const operation of Object.values<Any>(item)) {
      for (const parameter of [...(item.parameters ?? []), ...(operation.parameters ?? [])])
        if (parameter.in === 'path') parameter.example = id ?? 1
      const media = operation.requestBody?.content?.['application/json']
      if (media) media.example = valid
    }
  const file = `${specFile}.dredd.json`
  writeFileSync(file, JSON.stringify(document))
  return file
}

/** Portman makes a Postman collection of the spec, with its default tests; Newman runs it. The collection signs in. */
const collections = new Map<string, Promise<string>>()

async function makeCollection(name: string, url: string, specFile: string): Promise<string> {
  const [header, value] = subjects[name]?.signIn ?? []
  const settings = `${specFile}.portman.json`
  const tests = ['statusSuccess', 'contentType', 'jsonBody', 'schemaValidation', 'headersPresent']
  const contractTests = tests.map((one) => ({ openApiOperation: '*::/*', [one]: { enabled: true } }))
  const signIn = `pm.request.headers.upsert({ key: '${header}', value: '${value}' })`
  const globals = { collectionPreRequestScripts: header === undefined ? [] : [signIn] }
  writeFileSync(settings, JSON.stringify({ version: 1, tests: { contractTests }, globals }))
  const collection = `${specFile}.collection.json`
  const words = ['portman', '-l', specFile, '-b', url, '-o', collection, '-c', settings]
  await run(['-p', '@apideck/portman@1.33.0', '-p', 'tslib@2.8.1', ...words])
  return collection
}

const linesOf = (output: string, pattern: RegExp): Set<string> =>
  new Set(
    Array.from(output.matchAll(pattern), ([line]) =>
      line
        .replace(/^ *\d+\./, '')
        .replaceAll(/\/\S*\.json/g, 'the spec')
        .replaceAll(/127\.0\.0\.1:\d+|[\d.]+ ?ms|\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f-]{36}/g, '…'),
    ),
  )

async function check(peer: string, name: string, handle: Handler): Promise<Set<string>> {
  const { app, spec = '/openapi.json' } = servers[name] as WorldServer
  const server = await start(app)
  const proxy = await serveProxy(server.url, handle)
  try {
    const document = (await (await fetch(`${server.url}${spec}`)).json()) as Any
    const specFile = join(folder, `${files++}.json`)
    const url = `${proxy.url}${document.servers?.[0]?.url?.startsWith('/v1') ? '/v1' : ''}`
    document.servers = [{ url }]
    writeFileSync(specFile, JSON.stringify(document))
    return (await peers[peer]?.(name, url, specFile)) ?? new Set()
  } finally {
    proxy.stop()
    server.stop()
  }
}

const words = process.argv.slice(2)
for (const peer of Object.keys(peers).filter((one) => words.length === 0 || words.some((word) => one.includes(word)))) {
  const known = new Map<string, Set<string>>()
  await inTurn([...wanted, ...wanted], async ([name]) => {
    known.set(name, new Set([...(await check(peer, name, correct)), ...(known.get(name) ?? [])]))
  })
  const found: string[] = []
  const seconds: number[] = []
  await inTurn(planted, async ({ name, defect, handle }) => {
    const begin = performance.now()
    const said = await check(peer, name, handle)
    seconds.push((performance.now() - begin) / 1000)
    if ([...said].some((line) => !known.get(name)?.has(line))) found.push(`${name}: ${defect}`)
  })
  const noise = [...known].map(([name, lines]) => `${name} ${lines.size}`).join(', ')
  const median = seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]?.toFixed(1)
  console.log(`${peer}: ${found.length} of ${planted.length}, median ${median} s; of the correct servers: ${noise}`)
  console.log(found.map((one) => `  ${one}`).join('\n'))
}
