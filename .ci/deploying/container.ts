import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What an image says about its process, as `docker inspect` shows it. */
export interface ImageConfig {
  User: string
  Env: string[]
  Entrypoint: string[]
  WorkingDir: string
  Healthcheck: { Test: string[] }
  Labels: Record<string, string>
}

export interface Container {
  /** The id of its first process, outside. */
  pid: number
  output: () => string
  /** The exit code of a command in the container. */
  run: (words: readonly string[]) => number
  /** Sends SIGTERM to the first process, and returns its exit code. */
  stop: () => Promise<number | null>
}

/**
 * Runs the process of an image as a container service does: as process 1 of its own, as the user of the image, with a
 * read-only file system but for the volume /data. The network is that of the machine.
 * @param root the files of the image
 * @param data the folder of the volume
 */
export async function runContainer(
  root: string,
  config: ImageConfig,
  data: string,
  variables: Readonly<Record<string, string>>,
): Promise<Container> {
  mkdirSync(`${root}/proc`, { recursive: true })
  const pairs = [...config.Env, ...Object.entries(variables).map((pair) => pair.join('='))]
  const inside = ['env', '-i', ...pairs]
  const enter = (words: readonly string[]) => [
    'chroot',
    `--userspec=${config.User}`,
    root,
    ...inside,
    'sh',
    '-c',
    'cd "$0" && exec "$@"',
    config.WorkingDir,
    ...words,
  ]
  const mounts = [
    'mount --bind "$0" "$0"',
    'mount -o remount,bind,ro "$0"',
    'mount --bind "$1" "$0/data"',
    'mount -t proc proc "$0/proc"',
    'shift; exec "$@"',
  ].join(' && ')
  const words = [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    mounts,
    root,
    data,
    ...enter(config.Entrypoint),
  ]
  const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'pipe'] })
  process.on('exit', () => child.kill('SIGKILL'))
  const gone = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  for (let tries = 0; !output.includes('is ready at'); tries++) {
    if (child.exitCode !== null || tries > 600) throw new Error(`the container does not start: ${output}`)
    await sleep(50)
  }
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim())
  return {
    pid,
    output: () => output,
    run(command) {
      const [program = '', ...rest] = enter(command)
      try {
        execFileSync(program, rest, { stdio: 'ignore' })
        return 0
      } catch (error) {
        return (error as { status: number }).status
      }
    },
    async stop() {
      process.kill(pid, 'SIGTERM')
      const [code] = await gone
      return code
    },
  }
}
