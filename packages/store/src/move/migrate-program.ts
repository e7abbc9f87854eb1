import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Lets a program migrate its tables: starts it until its database is open.
 * @param program the name of a plugin of this workspace, `host`, or the folder of a program with src/main.ts
 */
export async function migrateProgram(program: string, url: string, root: string): Promise<void> {
  const file = findProgram(program, root)
  const stop = new URL('./stop-when-open.ts', import.meta.url).href
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', stop, file], {
    env: { ...process.env, DATABASE_URL: url, WEB_CONCURRENCY: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(errors.trim() || `${file} ended before it opened a database`)
}

function findProgram(program: string, root: string): string {
  const places = [
    resolve(program),
    resolve(program, 'src/main.ts'),
    resolve(program, 'src/main.js'),
    join(root, 'plugins', program, 'src/main.ts'),
    join(root, 'packages', program, 'src/main.ts'),
  ]
  const file = places.find((place) => existsSync(place) && statSync(place).isFile())
  if (!file) throw new Error(`there is no program ${program}: name a plugin, host, or a folder with src/main.ts`)
  return file
}
