import { readdirSync, readFileSync } from 'node:fs'

/** Of /proc: 100 ticks a second on every Linux that Node runs on. */
const tick = 10_000

/** The CPU time of a process and of those that it has started, in microseconds, to 10 ms. Linux only. */
export function treeUsage(pid: number): { cpu: number; memory: number } {
  let cpu = 0
  let memory = 0
  for (const one of processTree(pid)) {
    const [, fields = ''] = readFileSync(`/proc/${one}/stat`, 'utf8').split(/\) (?=\w )/)
    const values = fields.split(' ')
    cpu += (Number(values[11]) + Number(values[12])) * tick
    memory += Number(values[21]) * 4096
  }
  return { cpu, memory }
}

/** A process and those that it has started. Linux only. */
export function processTree(pid: number): number[] {
  const pids = [pid]
  for (const one of pids) pids.push(...childrenOf(one))
  return pids
}

function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.flatMap((task) => {
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim()
    return children === '' ? [] : children.split(' ').map(Number)
  })
}
