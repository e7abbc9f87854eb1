// Older syntax only: an old Node.js must be able to read this file and print the message.
// The oldest release of each maintained line that is supported; package.json has the same.
var oldest = { 22: [23, 3], 24: [18, 1], 26: [5, 1] }
var version = process.versions.node.split('.').map(Number)
var needed = oldest[version[0]]
var isNewEnough = needed
  ? version[1] > needed[0] || (version[1] === needed[0] && version[2] >= needed[1])
  : version[0] > 26
if (!isNewEnough) {
  console.error(
    'Node.js 22.23.3, 24.18.1, 26.5.1 or newer is required; this is ' +
      process.versions.node +
      '. Without installing anything: npx -y -p node@24 -p pnpm@12.21.0 pnpm ' +
      (process.env.npm_lifecycle_event || 'test'),
  )
  process.exit(1)
}
