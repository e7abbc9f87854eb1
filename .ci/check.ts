import { spawn } from 'node:child_process'
import { once } from 'node:events'

// Runs the steps of `pnpm check` side by side. Prints a line for each, and the output of those that fail.

const steps = {
  'lint and format': 'biome check .',
  types: 'tsc --noEmit',
  'generated files, and the types of the page': 'turbo run check',
  'generated docs': 'run-ts docs/generate.ts --check',
  'links, code blocks and translation': 'run-tests .ci/docs.test.ts .ci/translation.test.ts',
}

await Promise.all(
  Object.entries(steps).map(async ([title, command]) => {
    const start = performance.now()
    const child = spawn(command, { shell: true })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const [code] = await once(child, 'close')
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    if (code === 0) return console.log(`ok      ${title} (${seconds} s)`)
    console.error(`FAILED  ${title} (${seconds} s): ${command}\n${output}`)
    process.exitCode = 1
  }),
)
