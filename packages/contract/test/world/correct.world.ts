import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkPlugin, type Report } from '../../src/index.ts'
import { mocks, ofEveryMock, servers, type WorldServer } from './servers.ts'
import { missingFor, start, startMocks } from './start.ts'

const atOnce = 8

const folder = mkdtempSync(join(tmpdir(), 'world-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** The address of the spec, or the file that holds what its address answers to those who have the key. */
async function specOf(url: string, { app, spec, specHeader }: WorldServer): Promise<{ spec?: string }> {
  if (spec === undefined) return {}
  if (specHeader === undefined) return { spec: `${url}${spec}` }
  const file = join(folder, `${app[0]}.yaml`)
  writeFileSync(file, await (await fetch(`${url}${spec}`, { headers: specHeader })).text())
  return { spec: file }
}

async function check(world: WorldServer): Promise<Report> {
  const { app, spec: _, specHeader, accepted, wanted, unreached, ...options } = world
  const server = await start(app)
  try {
    return await checkPlugin({
      baseUrl: server.url,
      manifest: 'none',
      // On a busy machine too, nothing is left out.
      maxTime: 150,
      ...(await specOf(server.url, world)),
      ...options,
    })
  } finally {
    server.stop()
  }
}

const corpus = join(process.env.CORPUS ?? new URL('../../../../../shared/corpus', import.meta.url).pathname, 'plugins')
const mocked = Object.keys(mocks)
  .map((name) => ({ name, file: name.startsWith('/') ? name : join(corpus, name) }))
  .filter(({ file }) => existsSync(file))
const reports = new Map<string, Report>()
const failures = new Map<string, Error>()
const prism = missingFor('prism.mjs') === undefined ? await startMocks(mocked.map(({ file }) => file)) : undefined
const work: [string, () => Promise<Report>][] = [
  ...mocked.flatMap(({ name, file }, index): [string, () => Promise<Report>][] => {
    const baseUrl = prism?.urls[index]
    // Prism does not answer some malformed bodies at all.
    return baseUrl === undefined
      ? []
      : [[name, () => checkPlugin({ baseUrl, spec: file, manifest: 'none', callTime: 3 })]]
  }),
  ...Object.entries(servers)
    .filter(
      ([
        ,
        {
          app: [app = ''],
        },
      ]) => missingFor(app) === undefined,
    )
    .map(([name, server]): [string, () => Promise<Report>] => [name, () => check(server)]),
]
const next = async (): Promise<void> => {
  for (let one = work.shift(); one; one = work.shift()) {
    const [name, judge] = one
    await judge().then(
      (report) => reports.set(name, report),
      (error) => failures.set(name, error),
    )
  }
}
await Promise.all(Array.from({ length: atOnce }, next))
prism?.stop()

function reportOf(name: string): Report {
  const report = reports.get(name)
  if (!report) throw failures.get(name) ?? new Error(`${name} was not checked`)
  return report
}

/** The errors that nobody has judged to be true. */
const newErrors = ({ findings }: Report, accepted: Record<string, string>) =>
  findings
    .filter(({ severity, code, subject }) => severity === 'error' && !Object.hasOwn(accepted, `${code} ${subject}`))
    .map(({ code, subject, detail, seen, curl }) => [code, subject, detail, seen?.slice(0, 300), curl?.slice(0, 300)])

for (const [name, accepted] of Object.entries(mocks)) {
  const isThere = mocked.some((one) => one.name === name)
  const skip = missingFor('prism.mjs') ?? (isThere ? false : 'there is no corpus of real plugins here: set CORPUS')
  test(`Prism, ${name.replace(/.*oas-examples\//, '')}: no error that is none`, { skip }, () => {
    const errors = newErrors(reportOf(name), accepted)
    assert.deepEqual(
      errors.filter(([code, subject]) => !ofEveryMock.test(`${code} ${subject}`)),
      [],
    )
  })
}

for (const [name, { app, accepted = {}, wanted = {}, unreached = [] }] of Object.entries(servers))
  test(`${name}: no error that is none`, { skip: missingFor(app[0] ?? '') ?? false }, () => {
    const report = reportOf(name)
    assert.deepEqual(newErrors(report, { ...accepted, ...wanted }), [])
    const found = report.findings.map(({ code, subject }) => `${code} ${subject}`)
    assert.deepEqual(
      Object.keys(wanted).filter((one) => !found.includes(one)),
      [],
      'not found',
    )
    const silent = [...report.planned].filter((id) => !report.answered.has(id) && !unreached.includes(id))
    assert.deepEqual(silent, [], JSON.stringify(report.untested))
  })
