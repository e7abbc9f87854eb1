import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { temporaryPlaces, temporaryPrefix } from '../packages/store/src/temporary.ts'
import { rerunCommand } from './rerun.ts'
import { runSideBySide } from './schedule.ts'
import { groups, preparation, type Step } from './steps.ts'

// Runs the groups of steps that are named on the command line, or all. Steps run side by side, as many as the processors can
// do. Where up to three tests of a step fail, their files run again alone at the end, because a busy machine is slow: what
// passes then is counted as passed, and named.

const longest = 1_500_000
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(groups)
const start = performance.now()
const failures: string[] = []
const unsteady: string[] = []
const rerun: (() => Promise<void>)[] = []
const prepared: Partial<Record<keyof typeof preparation, Promise<void>>> = {}
let passed = 0
let failed = 0
const foldersBefore = temporaryFolders()

const steps = names.flatMap((name) => groups[name] ?? unknownGroup(name))
await runSideBySide(steps, runStep, prepare)
for (const runAlone of rerun) await runAlone()

checkTemporaryFolders()
for (const line of unsteady) console.log(line)
for (const failure of failures) console.log(failure)
console.log(`took ${minutes()}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** Installs what a step needs, once. */
async function prepare({ needs = [] }: Step): Promise<void> {
  const all = ['packages', ...needs] as const
  await Promise.all(all.map((name) => (prepared[name] ??= runStep(preparation[name]))))
}

async function runStep(step: Step): Promise<void> {
  const { title, command, environment, hasTotals = false } = step
  const began = performance.now()
  console.log(`${minutes()} starts: ${title}`)
  const { code, output, processor } = await runCommand(command, environment)
  const passes = hasTotals ? total(output, 'pass') : Number(code === 0)
  // A test that takes too long is cancelled.
  const fails = hasTotals ? total(output, 'fail') + total(output, 'cancelled') : 0
  const faults = [
    fails > 0 && `${fails} tests failed`,
    fails === 0 && code !== 0 && `exit code ${code}`,
    hasTotals && passes === 0 && 'no test ran',
    step.refused?.test(output) && `the output has ${step.refused}`,
  ].filter(Boolean)
  passed += faults.length > 0 && !hasTotals ? 0 : passes
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(
    `${minutes()} ${faults.length > 0 ? 'FAILED' : 'ok'} (${seconds} s, ${processor} s of processor time): ${title}`,
  )
  if (faults.length === 0) return
  console.log(output)
  const fail = () => {
    failed += Math.max(fails, 1)
    failures.push(`FAILED: ${title}: ${faults.join('; ')}\n${excerpt(output)}`)
  }
  const again = rerunCommand(command, output, fails)
  if (again === undefined || step.refused?.test(output)) fail()
  else rerun.push(() => runAgain(again, environment, fails, fail))
}

async function runAgain(command: string, environment: Step['environment'], fails: number, fail: () => void) {
  console.log(`${minutes()} runs the failed tests again: ${command}`)
  const { code, output } = await runCommand(command, environment)
  console.log(output)
  if (code !== 0 || total(output, 'pass') === 0) return fail()
  passed += fails
  unsteady.push(`UNSTEADY: ${fails} tests failed beside others and passed alone: ${command}`)
}

/** The exit code, which is null where the command took too long, the output, and the seconds of processor time. */
async function runCommand(command: string, environment: Record<string, string> = {}) {
  const env = { ...process.env, CI: 'true', DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1', ...environment }
  const timed = `TIMEFORMAT='processor time: %U %S'; time { ${command}\n}`
  const child = spawn('bash', ['-c', timed], { detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += stripVTControlCharacters(String(chunk))
    })
  const limit = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), longest)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(limit)
  const [line = '', user = 0, system = 0] = /^processor time: (\S+) (\S+)\n$/m.exec(output) ?? []
  return { code, output: output.replace(line, ''), processor: Math.round(Number(user) + Number(system)) }
}

/** Adds up a total of Node's test runner, which each package prints once or more. */
function total(output: string, word: 'pass' | 'fail' | 'cancelled'): number {
  const totals = output.matchAll(new RegExp(`[ℹ#] ${word} (\\d+)$`, 'gm'))
  return Array.from(totals, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0)
}

/** The failing tests, or else the end of the output. */
function excerpt(output: string): string {
  const lines = output.split('\n')
  const titles = lines.flatMap((line, index) => (line.includes('failing tests:') ? [index] : []))
  return (titles.length > 0 ? titles.flatMap((index) => lines.slice(index, index + 40)) : lines.slice(-40)).join('\n')
}

/** The tests remove the folders that they make. */
function checkTemporaryFolders(): void {
  const left = temporaryFolders().filter((folder) => !foldersBefore.includes(folder))
  if (left.length === 0) passed++
  else failed++
  if (left.length > 0) failures.push(`FAILED: ${left.length} temporary folders are left, such as ${left[0]}`)
}

function temporaryFolders(): string[] {
  return globSync(Object.values(temporaryPlaces).map((place) => join(place, `${temporaryPrefix}*`)))
}

function minutes(): string {
  return `${((performance.now() - start) / 60_000).toFixed(1)} min`
}

function unknownGroup(name: string): never {
  console.error(`${name} is not a group of steps: use ${Object.keys(groups).join(', ')}`)
  process.exit(2)
}
