// Prism mocks each spec that is named, and prints the address of each as a line of JSON.
import { createLogger } from '@stoplight/prism-core'
import { getHttpOperationsFromSpec } from '@stoplight/prism-http'
import { createServer } from '@stoplight/prism-http-server'

// A header such as "accept: */*;q=none" ends Prism 5.14. The mocks share a process, so the others have to go on.
process.on('uncaughtException', () => {})
const config = {
  validateRequest: true,
  validateResponse: true,
  checkSecurity: true,
  errors: false,
  upstreamProxy: undefined,
  isProxy: false,
  mock: { dynamic: false },
}
for (const file of process.argv.slice(2)) {
  const components = { logger: createLogger('mock', { level: 'silent' }) }
  const server = createServer(await getHttpOperationsFromSpec(file), { cors: true, config, components })
  console.log(JSON.stringify(await server.listen(0, '127.0.0.1')))
}
console.log('ready')
