import { fileURLToPath } from 'node:url'
import { workerData } from 'node:worker_threads'
import react from '@vitejs/plugin-react'
import { build, type Plugin } from 'vite'

/** In browsers this package decodes entities by innerHTML, which the page's policy forbids. Its other build does not. */
const entitiesWithoutMarkup: Plugin = {
  name: 'entities-without-markup',
  enforce: 'pre',
  async resolveId(id, importer) {
    if (id !== 'decode-named-character-reference') return undefined
    const found = await this.resolve(id, importer, { skipSelf: true })
    return found?.id.replace('index.dom.js', 'index.js')
  },
}

await build({
  // Relative, because the host may be served under a path.
  base: './',
  root: fileURLToPath(new URL('.', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  plugins: [react(), entitiesWithoutMarkup],
  build: {
    outDir: workerData as string,
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2022',
  },
})
