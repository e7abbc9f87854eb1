// Plain old JavaScript, since an old Node.js must be able to read it.
var version = process.versions.node.split('.').map(Number)
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error(
    'This needs Node.js 22.18 or newer, and this is ' +
      process.versions.node +
      '. Without installing anything: npx -y -p node@24 -p pnpm@12.21.0 pnpm ' +
      (process.argv[2] || 'test'),
  )
  process.exit(1)
}
