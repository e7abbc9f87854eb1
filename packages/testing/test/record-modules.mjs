import { registerHooks } from 'node:module'

// Preloaded by a test: names on standard error each module of OpenTelemetry that the process loads.
registerHooks({
  load(url, context, next) {
    if (url.includes('@opentelemetry')) process.stderr.write(`loaded ${url.replace(/.*node_modules\//, '')}\n`)
    return next(url, context)
  },
})
