import cluster from 'node:cluster'
import type { Logger } from 'pino'
import type { Environment } from './environment.ts'
import type { Lifecycle } from './middleware/health.ts'
import { longestStop } from './server.ts'
import { openLog } from './telemetry.ts'
import { announce, onStopMessage, WorkerFailed, Workers } from './workers.ts'

/** What a program needs while it starts and runs. */
export interface Run {
  log: Logger
  lifecycle: Lifecycle
  /** How to stop what has been started, in the order of the start. It is stopped in reverse order. */
  started: (() => Promise<unknown>)[]
}

export interface Program<Own extends Environment> {
  /** For messages. */
  name: string
  /** For telemetry. By default the name. */
  service?: string
  /** Reads and checks the variables. */
  read: () => Own
  /** Starts the program in this process, and returns the line that says so. */
  start: (environment: Own, run: Run) => Promise<string>
}

/**
 * Runs a server until SIGTERM or SIGINT, also while it starts. Prints one line when it is ready; a start failure prints
 * one line on standard error and sets the exit code 1. With WEB_CONCURRENCY above 1 it runs as worker processes.
 */
export async function runProgram<Own extends Environment>({
  name,
  service = name,
  read,
  start,
}: Program<Own>): Promise<void> {
  // Whatever it writes is for its own user only.
  process.umask(0o077)
  const lifecycle = { stopping: false }
  const started: Run['started'] = []
  const stop = async () => {
    for (const stopOne of started.splice(0).reverse()) await stopOne()
  }
  const exit = stopOnSignal(lifecycle, stop)
  try {
    const environment = read()
    const { log, close } = await openLog(service, environment.LOG_LEVEL, environment.NODE_ENV === 'development')
    started.push(close)
    if (environment.WEB_CONCURRENCY > 1 && cluster.isPrimary) {
      const workers = await startWorkers(environment, { log, lifecycle, started })
      workers.gaveUp.catch((error: Error) => {
        console.error(`${name} stops: ${error.message}`)
        exit(1)
      })
      return
    }
    const line = await start(environment, { log, lifecycle, started })
    if (cluster.isWorker) announce(line)
    else console.log(line)
  } catch (error) {
    // A signal closed what the start needed.
    if (lifecycle.stopping) return
    const { expose, message, stack } = error as Error & { expose?: boolean }
    if (!(error instanceof WorkerFailed && error.isExplained))
      console.error(`${name} cannot start: ${expose ? message : stack}`)
    process.exitCode = 1
    await stop()
    // The channel to the first process would keep it alive.
    if (cluster.isWorker) process.exit()
  }
}

async function startWorkers(
  { WEB_CONCURRENCY: count, SHUTDOWN_DELAY }: Environment,
  { log, started }: Run,
): Promise<Workers> {
  const workers = new Workers({
    count,
    longestStop: SHUTDOWN_DELAY * 1000 + 2 * longestStop,
    warn: (message) => log.warn(message),
  })
  started.push(() => workers.stop())
  console.log(`${await workers.start()}, ${count} workers`)
  return workers
}

/** Returns what stops the process with an exit code. */
function stopOnSignal(lifecycle: Lifecycle, stop: () => Promise<void>): (code: number) => void {
  const exit = (code: number) => {
    if (lifecycle.stopping) return
    lifecycle.stopping = true
    stop().then(
      () => process.exit(code),
      (error) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      // A second signal means: do not wait.
      if (lifecycle.stopping) process.exit(1)
      exit(0)
    })
  onStopMessage(() => exit(0))
  return exit
}
