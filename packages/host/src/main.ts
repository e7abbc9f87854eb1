import { basePath, listen, runProgram } from '@reference-plugins/core'
import { cleanUp } from '@reference-plugins/oauth-server/clean-up'
import { createHostApp } from './api/app.ts'
import { readHostEnvironment, toHostOptions } from './environment.ts'
import { openHost } from './host.ts'
import { buildPage } from './page/build.ts'
import { page } from './page/page.ts'
import { onlyUser } from './users/users.ts'
import { WorkspaceWatch } from './workspace/workspace-watch.ts'

/** How often it is looked for turns of processes that have ended, in milliseconds. */
const settleEvery = 15_000
/** How often expired sign-ins are deleted, in milliseconds. */
const cleanUpEvery = 600_000

await runProgram({
  name: 'The host',
  service: 'host',
  read: () => readHostEnvironment(process.env),
  async start(environment, { log, lifecycle, started }) {
    const { PORT: port, HOST, PUBLIC_URL: publicUrl, TRUSTED_PROXIES: proxies } = environment
    const host = await openHost(toHostOptions(environment, process.env, log))
    started.push(() => host.close())
    await host.leases.settleAll()
    const timers = [
      setInterval(() => host.leases.settleAll().catch(() => {}), settleEvery),
      setInterval(() => cleanUp(host.database).catch(() => {}), cleanUpEvery),
    ]
    started.push(async () => {
      for (const timer of timers) clearInterval(timer)
    })
    const watch = new WorkspaceWatch(host, onlyUser.id, log)
    started.push(() => watch.stop())
    const app = createHostApp(host, page(await buildPage(), basePath(publicUrl)), lifecycle)
    const shutdownDelay = environment.SHUTDOWN_DELAY
    const running = await listen(app.callback(), { host: HOST, port, lifecycle, proxies, shutdownDelay })
    started.push(() => running.stop())
    // With accounts nobody's plugins are registered without them.
    if (environment.NODE_ENV === 'development' && host.options.mode === 'single') watch.start()
    return `The host is ready at ${publicUrl}: register, activate, share, converse`
  },
})
