import { basePath, listen, openLog } from '@reference-plugins/core'
import { createHostApp } from './api/app.ts'
import { readHostEnvironment, toHostOptions } from './environment.ts'
import { openHost } from './host.ts'
import { buildPage } from './page/build.ts'
import { page } from './page/page.ts'
import { onlyUser } from './users/users.ts'
import { WorkspaceWatch } from './workspace/workspace-watch.ts'

/** How often it is looked for turns of processes that have ended, in milliseconds. */
const settleEvery = 15_000
// Process 1 of a container has no other way to end by SIGTERM. Until the host has started, nothing needs to be finished.
let stop = async () => {}
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () =>
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    ),
  )

async function start(): Promise<void> {
  // Whatever the host writes is for its own user only.
  process.umask(0o077)
  const environment = readHostEnvironment(process.env)
  const { PORT: port, HOST: address, PUBLIC_URL: publicUrl, LOG_LEVEL: level } = environment
  const development = environment.NODE_ENV === 'development'
  const { log, close: closeLog } = await openLog('host', level, development)
  const host = await openHost(toHostOptions(environment, process.env, log))
  await host.leases.settleAll()
  const settling = setInterval(() => host.leases.settleAll().catch(() => {}), settleEvery).unref()
  const lifecycle = { stopping: false }
  const app = createHostApp(host, page(await buildPage(), basePath(publicUrl)), lifecycle)
  const running = await listen(app.callback(), {
    host: address,
    port,
    lifecycle,
    proxies: environment.TRUSTED_PROXIES,
  })
  console.log(`The host is ready at ${publicUrl}: register, activate, share, converse`)
  const watch = new WorkspaceWatch(host.workspace, onlyUser.id, log)
  // With accounts nobody's plugins are registered without them.
  if (development && host.options.mode === 'single') watch.start()
  stop = async () => {
    clearInterval(settling)
    await running.stop()
    await watch.stop()
    await host.close()
    await closeLog()
  }
}

start().catch((error: Error & { expose?: boolean }) => {
  console.error(`The host cannot start: ${error.expose ? error.message : error.stack}`)
  process.exit(1)
})
