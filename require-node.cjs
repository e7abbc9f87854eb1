// Older syntax only: an old Node.js must be able to read this file and print the message.
var version = process.versions.node.split('.').map(Number)
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error(
    'Node.js 22.18 or newer is required; this is ' +
      process.versions.node +
      '. Without installing anything: npx -y -p node@24 -p pnpm@12.21.0 pnpm ' +
      (process.env.npm_lifecycle_event || 'test'),
  )
  process.exit(1)
}
