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

const stepsFor = (name: string): Step[] => [
  { title: 'packages are installed', command: 'pnpm install --prefer-offline --no-frozen-lockfile' },
  { title: 'code is formatted', command: `pnpm exec biome check --write plugins/${name}` },
  { title: 'manifest and specs are generated', command: `pnpm --filter ./plugins/${name} spec` },
  { title: 'types are checked', command: 'pnpm exec tsc --noEmit' },
  { title: 'generated files are checked', command: `pnpm --filter ./plugins/${name} check` },
  { title: 'tests pass', command: `pnpm --filter ./plugins/${name} test` },
]

/**
 * Installs, generates, checks and tests a plugin that has been written, with a line for each. Stopped by a signal, it
 * removes the plugin again and ends the process.
 * @returns whether all of it passed
 */
export async function finish(root: string, name: string): Promise<boolean> {
  const lockPath = join(root, 'pnpm-lock.yaml')
  const lock = readFileSync(lockPath)
  let running: ChildProcess | undefined
  const undo = (signal: NodeJS.Signals) => {
    running?.kill('SIGKILL')
    rmSync(join(root, 'plugins', name), { recursive: true, force: true, maxRetries: 5 })
    writeFileSync(lockPath, lock)
    console.error('\nStopped: nothing was kept')
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, undo)
  try {
    for (const step of stepsFor(name)) {
      const start = performance.now()
      const { code, output } = await runCommand(step.command, root, (child) => (running = child))
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      if (code !== 0) {
        console.error(`✗ ${step.title} (${seconds} s): ${step.command}\n${lastLines(output)}`)
        console.error(`plugins/${name} is written. Repair what the output says, and run ${step.command} again`)
        return false
      }
      console.log(`✓ ${step.title} (${seconds} s)`)
    }
    return true
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, undo)
  }
}

async function runCommand(command: string, cwd: string, started: (child: ChildProcess) => void) {
  const child = spawn(command, { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  started(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: stripVTControlCharacters(output) }
}

const lastLines = (output: string): string => output.trimEnd().split('\n').slice(-60).join('\n')
