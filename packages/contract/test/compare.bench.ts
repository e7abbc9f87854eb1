import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { checkPlugin } from '../src/index.ts'
import { serveMutant, tokens } from './mutant-server.ts'
import { type Defect, mutants } from './mutants.ts'
import { runTool } from './run-tool.ts'

// Runs other tools on the mutants, side by side with the contract tester. What a tool says of the correct plugin is its
// noise; a defect counts as found where it says something else. Needs a network to fetch the tools with npx.
// Words name the tools to run; all where there are none.

const folder = temporaryFolder()

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
const defects = Object.keys(mutants) as Defect[]
const longest = 40_000
const good = { title: 'a', priority: 1, kind: 'idea' }

/** What a tool says of a server, as a set of lines. */
type Peer = (url: string, specFile: string | undefined) => Promise<Set<string>>

const run = (words: string[]): Promise<string> => runTool(words, folder, longest)

const linesOf = (output: string, pattern: RegExp): Set<string> =>
  new Set(
    Array.from(stripVTControlCharacters(output).matchAll(pattern), ([line]) =>
      line.replaceAll(/127\.0\.0\.1:\d+|\d+ ?ms|n\d+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…'),
    ),
  )

const peers: Record<string, Peer> = {
  async 'contract tester'(baseUrl) {
    const { findings } = await checkPlugin({
      baseUrl,
      token: tokens.ada,
      secondToken: tokens.bob,
      readOnlyToken: tokens.reader,
    })
    return new Set(findings.map(({ code, subject }) => `${code} ${subject}`))
  },
  async 'Dredd 14.1.0'(url, specFile) {
    if (!specFile) return new Set(['no spec'])
    return linesOf(
      await run([
        'dredd@14.1.0',
        forDredd(specFile),
        url,
        '--loglevel=error',
        '-h',
        `Authorization: Bearer ${tokens.ada}`,
      ]),
      /^(fail|error): .*$/gm,
    )
  },
  async 'Prism 5.16.0, proxy'(url, specFile) {
    if (!specFile) return new Set(['no spec'])
    const port = await freePort()
    const child = spawn('npx', ['-y', '@stoplight/prism-cli@5.16.0', 'proxy', specFile, url, '-p', String(port)], {
      cwd: folder,
      detached: true,
      stdio: 'ignore',
    })
    try {
      return await throughPrism(`http://127.0.0.1:${port}`)
    } finally {
      // It has ended by itself where it could not read the spec.
      if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    }
  },
}

/** Dredd reads no 3.1 and makes up no values: it is given what it asks for. */
function forDredd(specFile: string): string {
  try {
    const spec = JSON.parse(readFileSync(specFile, 'utf8'))
    spec.openapi = '3.0.3'
    for (const operations of Object.values<Record<string, Operation>>(spec.paths))
      for (const { parameters = [], requestBody } of Object.values(operations)) {
        for (const parameter of parameters) if (parameter.in === 'path') parameter.example = 'n1'
        const media = requestBody?.content['application/json']
        if (media) media.example = media.schema.required ? good : { title: 'b' }
      }
    const file = specFile.replace('.json', '.dredd.json')
    writeFileSync(file, JSON.stringify(spec))
    return file
  } catch {
    return specFile
  }
}

interface Operation {
  parameters?: { in: string; example?: string }[]
  requestBody?: { content: Record<string, { schema: { required?: string[] }; example?: unknown }> }
}

/** A dozen calls, good and bad ones; what Prism says of the answers, and bad ones that were taken. */
async function throughPrism(base: string): Promise<Set<string>> {
  let ready = false
  for (let tries = 0; !ready && tries < 150; tries++) {
    ready = await fetch(`${base}/notes`).then(
      () => true,
      () => false,
    )
    if (!ready) await sleep(100)
  }
  if (!ready) return new Set(['did not start'])
  const said = new Set<string>()
  const calls: [method: string, path: string, body?: unknown][] = [
    ['POST', '/notes', good],
    ['GET', '/notes'],
    ['GET', '/notes?limit=1'],
    ['GET', '/notes/n1'],
    ['GET', '/notes/none'],
    ['PUT', '/notes/n1', { title: 'b' }],
    ['POST', '/notes', { title: 'a' }],
    ['POST', '/notes', { ...good, title: '' }],
    ['POST', '/notes', { ...good, title: 'x'.repeat(51) }],
    ['POST', '/notes', { ...good, priority: 9 }],
    ['POST', '/notes', { ...good, kind: 'x' }],
    ['GET', '/notes?limit=0'],
    ['DELETE', '/notes/n1'],
  ]
  for (const [index, [method, path, body]] of calls.entries()) {
    const answer = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${tokens.ada}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined)
    if (!answer) said.add(`${index} no answer`)
    const violations = JSON.parse(answer?.headers.get('sl-violations') ?? '[]') as {
      location: string[]
      message: string
    }[]
    for (const { location, message } of violations) {
      if (location[0] === 'response') said.add(`${index} ${message}`)
      else if (answer && answer.status < 300) said.add(`${index} taken: ${message}`)
    }
    if (answer && answer.status >= 500) said.add(`${index} ${answer.status}`)
  }
  return said
}

async function serve<Result>(
  defect: Defect | undefined,
  work: (url: string, specFile: string | undefined) => Promise<Result>,
): Promise<Result> {
  const server = await serveMutant(defect)
  const text = await fetch(`${server.url}/openapi.json`).then(async (answer) =>
    answer.ok ? await answer.text() : undefined,
  )
  const file = join(folder, `${defect ?? 'clean'}.json`)
  if (text !== undefined) writeFileSync(file, text)
  try {
    return await work(server.url, text === undefined ? undefined : file)
  } finally {
    server.close()
  }
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
console.log(
  `| tool | said of the correct plugin | found of ${defects.length} defects | seconds a run, median |\n| ---- | ---: | ---: | ---: |`,
)
const wanted = process.argv.slice(2)
for (const [name, peer] of Object.entries(peers)) {
  if (wanted.length > 0 && !wanted.some((word) => name.startsWith(word))) continue
  const clean = await serve(undefined, peer)
  const times: number[] = []
  const found: string[] = []
  for (const defect of defects) {
    const begun = performance.now()
    const said = await serve(defect, peer)
    times.push((performance.now() - begun) / 1000)
    if ([...said].some((line) => !clean.has(line)) || (said.size === 0 && clean.size > 0)) found.push(defect)
  }
  console.log(`| ${name} | ${clean.size} | ${found.length} | ${median(times).toFixed(1)} |`)
  console.error(`${name} did not find: ${defects.filter((one) => !found.includes(one)).join(' ')}`)
}
