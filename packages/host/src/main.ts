import { createLog, EnvironmentError, listen, readEnvironment } from '@reference-plugins/core'
import { createHostApp } from './api/app.ts'
import { HostEnvironment } from './environment.ts'
import { openHost } from './host.ts'
import { buildPage } from './page/build.ts'
import { page } from './page/page.ts'
import { ownKey } from './vault/own-key.ts'
import { Workspace } from './workspace/workspace.ts'

const folder = new URL('..', import.meta.url)

async function start(): Promise<void> {
  const environment = readEnvironment(process.env, { port: 3000, folder }, HostEnvironment)
  const { PORT: port, HOST: address, PUBLIC_URL: publicUrl, DATABASE_URL: databaseUrl } = environment
  const development = environment.NODE_ENV === 'development'
  const log = createLog(environment.LOG_LEVEL, development)
  const lifecycle = { stopping: false }
  const host = await openHost({
    databaseUrl,
    publicUrl,
    keys: () => environment.HOST_KEY ?? ownKey(databaseUrl),
    mode: environment.HOST_USERS,
    development,
    environment: process.env,
    log,
  })
  if (development) host.workspace = new Workspace(host, new URL('../../plugins', folder).pathname)
  await host.conversations.settleInterrupted()
  const app = createHostApp(host, page(await buildPage()))
  const running = await listen(app.callback(), { host: address, port, lifecycle })
  console.log(`The host is ready at ${publicUrl}: register, activate, share, converse`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, async () => {
      await running.stop()
      await host.close()
      log.flush()
      process.exit(0)
    })
}

start().catch((error: Error & { expose?: boolean; code?: string }) => {
  const isTold = error instanceof EnvironmentError || error.expose === true
  const inUse =
    error.code === 'EADDRINUSE' ? 'the port is in use: stop the program that listens there, or set PORT' : undefined
  console.error(`The host cannot start: ${inUse ?? (isTold ? error.message : error.stack)}`)
  process.exit(1)
})
