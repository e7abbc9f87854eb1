import { createRequire } from 'node:module'

// start-receiver.mjs PORT FOLDER starts the telemetry server of Genkit, which keeps what it receives in the folder.
const require = createRequire(import.meta.url)
const { LocalFileLogStore, LocalFileTraceStore, startTelemetryServer } = require('@genkit-ai/telemetry-server')
const [port, storeRoot] = process.argv.slice(2)
await startTelemetryServer({
  port: Number(port),
  traceStore: new LocalFileTraceStore({ storeRoot, indexRoot: `${storeRoot}/index` }),
  logStore: new LocalFileLogStore({ storeRoot, indexRoot: `${storeRoot}/index` }),
})
