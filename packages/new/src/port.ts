import { createServer } from 'node:net'
import { Refusal } from './refusal.ts'
import type { Workspace } from './workspace/workspace.ts'

const first = 3333
// The host of the workspace listens here.
const hostPort = 3000

/** The first port after those of the plugins. */
export function nextPort({ plugins }: Workspace): number {
  const taken = new Set(plugins.map(({ port }) => port))
  let port = first
  while (taken.has(port)) port++
  return port
}

/**
 * Reads `--port`.
 * @throws Refusal
 */
export function checkPort(text: string, { plugins }: Workspace): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1024 || port > 65_535)
    throw new Refusal(`The port ${JSON.stringify(text)} must be a number from 1024 to 65535`)
  const owner = port === hostPort ? 'the host' : plugins.find((plugin) => plugin.port === port)?.name
  if (owner)
    throw new Refusal(
      `The port ${port} is that of ${owner}: choose another, such as ${nextPort({ plugins } as Workspace)}`,
    )
  return port
}

/** Whether a program on this machine listens at the port. */
export const isInUse = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  })
