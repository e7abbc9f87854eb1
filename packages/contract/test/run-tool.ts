import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

/**
 * Runs a tool of npm in a folder. Answers what it prints, without colours; after `longest` milliseconds it is ended.
 * @param words the package with its version, and its arguments
 */
export function runTool(words: readonly string[], folder: string, longest: number): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('npx', ['-y', ...words], { cwd: folder, env: { ...process.env, NO_COLOR: '1', CI: 'true' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), longest)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(stripVTControlCharacters(output))
    })
  })
}
