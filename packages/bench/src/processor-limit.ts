import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** In microseconds. A short one, so that a process at its limit waits only moments. */
const period = 10_000

/** How the two versions of Linux control groups call the same things. */
interface Version {
  parent: string
  limit: (group: string, quota: number) => void
}

const versions: Version[] = [
  {
    parent: '/sys/fs/cgroup/cpu',
    limit: (group, quota) => {
      writeFileSync(join(group, 'cpu.cfs_period_us'), String(period))
      writeFileSync(join(group, 'cpu.cfs_quota_us'), String(quota))
    },
  },
  {
    parent: '/sys/fs/cgroup',
    limit: (group, quota) => writeFileSync(join(group, 'cpu.max'), `${quota < 0 ? 'max' : quota} ${period}`),
  },
]

/** A limit to the processor time of one process, as a container has it. Only Linux has these, and only for root. */
export class ProcessorLimit {
  readonly #version: Version
  readonly #group: string

  /** Puts a process into a group of its own, still without a limit. Returns undefined where that is not possible. */
  static tryCreate(pid: number): ProcessorLimit | undefined {
    for (const version of versions) {
      const group = join(version.parent, `bench-${randomBytes(6).toString('hex')}`)
      const limit = new ProcessorLimit(version, group)
      try {
        mkdirSync(group)
        // In a folder that is not a control group, Linux has put no files.
        if (!existsSync(join(group, 'cgroup.procs'))) throw new Error(`${version.parent} has no control groups`)
        limit.set(undefined)
        writeFileSync(join(group, 'cgroup.procs'), String(pid))
        return limit
      } catch {
        limit.remove()
      }
    }
    return undefined
  }

  private constructor(version: Version, group: string) {
    this.#version = version
    this.#group = group
  }

  /** @param processors such as 0.4 of one processor, or undefined for no limit */
  set(processors: number | undefined): void {
    this.#version.limit(this.#group, processors === undefined ? -1 : Math.round(processors * period))
  }

  /** Removes the group, after its process has ended. */
  remove(): void {
    if (existsSync(this.#group)) rmdirSync(this.#group)
  }
}
