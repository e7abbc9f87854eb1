import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** A command that runs on the new plugin. */
interface Step {
  title: string
  command: string
}

/** Each inner list runs side by side. */
const stepsFor = (name: string): Step[][] => [
  [{ title: 'the packages are installed', command: 'pnpm install --prefer-offline --no-frozen-lockfile' }],
  [
    { title: 'the code is formatted', command: `pnpm exec biome check --write plugins/${name}` },
    { title: 'the manifest and the specs are generated', command: `pnpm --filter ./plugins/${name} spec` },
  ],
  [
    {
      title: 'the types and the generated files match',
      command: `pnpm exec tsc --noEmit && pnpm --filter ./plugins/${name} check`,
    },
    { title: 'the tests pass', command: `pnpm --filter ./plugins/${name} test` },
  ],
]

/**
 * Installs, generates, checks and tests a plugin that has been written, with a line for each. Stopped by a signal, it
 * removes the plugin again and ends the process.
 * @returns whether all of it passed
 */
export async function finish(root: string, name: string): Promise<boolean> {
  const lockPath = join(root, 'pnpm-lock.yaml')
  const lock = readFileSync(lockPath)
  const running = new Set<ChildProcess>()
  const undo = (signal: NodeJS.Signals) => {
    for (const child of running) stopAll(child)
    rmSync(join(root, 'plugins', name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    writeFileSync(lockPath, lock)
    console.error('\nStopped: nothing was kept')
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, undo)
  try {
    for (const sideBySide of stepsFor(name)) {
      const passed = await Promise.all(sideBySide.map((step) => runStep(step, root, running)))
      const failed = sideBySide.find((_, index) => !passed[index])
      if (!failed) continue
      console.error(`plugins/${name} is written. Repair what the output says, then run: ${failed.command}`)
      return false
    }
    return true
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, undo)
  }
}

/** Returns whether the step passed. */
async function runStep({ title, command }: Step, cwd: string, running: Set<ChildProcess>): Promise<boolean> {
  const start = performance.now()
  // In a group of its own, so that all that it starts can be stopped.
  const child = spawn(command, { cwd, shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  running.delete(child)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  if (code === 0) console.log(`✓ ${title} (${seconds} s)`)
  else console.error(`✗ ${title} (${seconds} s): ${command}\n${lastLines(stripVTControlCharacters(output))}`)
  return code === 0
}

function stopAll({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It has just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const lastLines = (output: string): string => output.trimEnd().split('\n').slice(-60).join('\n')
