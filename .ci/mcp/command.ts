import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder } from '../../packages/store/src/temporary.ts'

const packages = {
  'conformance 2025': '@modelcontextprotocol/conformance/dist/index.js',
  'conformance 2026': 'conformance-2026/dist/index.js',
  inspector: '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
}

export interface Ended {
  code: number | null
  output: string
}

/** Runs a program of those in node_modules. `onOutput` gets all that it has written so far. */
export function run(
  program: keyof typeof packages,
  words: string[],
  onOutput: (output: string) => void = () => {},
): Promise<Ended> {
  const main = join(import.meta.dirname, 'node_modules', packages[program])
  // The suites write a folder of results.
  const child = spawn(process.execPath, [main, ...words], { cwd: temporaryFolder() })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
      onOutput(output)
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}
