import type { Name } from '../../name.ts'
import type { Plan } from '../../plan.ts'

const own = ['test/api.ts', 'test/plugin.test.ts']

/** Lets the tests that an auth mode brings call the stand-in, and not the API itself, which may be a real one. */
export function keepTestsLocal({ files }: Plan, { pascal, constant }: Name): void {
  const create = `create${pascal}Plugin`
  for (const [path, text] of files) {
    if (!/^test\/.*\.ts$/.test(path) || own.includes(path) || typeof text !== 'string') continue
    const local = text
      .replace(
        new RegExp(`import \\{ ${create} \\} from '(\\.\\./)+src/plugin\\.ts'`),
        "import { createPlugin } from './api.ts'",
      )
      .replaceAll(new RegExp(`\\b${create}\\b`, 'g'), 'createPlugin')
    const folder = "const folder = new URL('..', import.meta.url)\n"
    const address = `${folder}// No test calls the API itself.\nprocess.env.${constant}_BASE_URL = 'http://127.0.0.1:9'\n`
    files.set(path, path === 'test/start.test.ts' ? local.replace(folder, address) : local)
  }
}
