import { basePath } from '../public-url.ts'
import type { HomeOptions } from './home-options.ts'
import { type Html, html } from './html.ts'
import { layout } from './layout.ts'

/** The files of Swagger UI, from the package as it is installed. */
const files: Record<string, () => string> = {
  'swagger-ui.js': () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  'swagger-ui.css': () => import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
}

/** The file of Swagger UI with this name; undefined if it has none, or is not installed. */
export function referenceFile(name: string): URL | undefined {
  try {
    const file = files[name]?.()
    return file === undefined ? undefined : new URL(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/**
 * Whether `/docs` shows the reference: core has Swagger UI among its devDependencies, which a production install leaves
 * out, and the plugin may serve something else at that path.
 */
export const hasReference = ({ plugin }: HomeOptions): boolean =>
  referenceFile('swagger-ui.js') !== undefined &&
  ![...plugin.operations, ...plugin.mounts].some(({ path }) => path === '/docs')

/** The reference at `/docs`: Swagger UI on the plugin's own spec, below a line that leads back and signs in. */
export function referencePage(options: HomeOptions): Html | undefined {
  if (!hasReference(options)) return undefined
  const { plugin, publicUrl } = options
  const auth = plugin.auth.manifest(publicUrl)
  return layout(options, {
    title: `${plugin.title}: reference`,
    scripts: ['swagger-ui.js', 'reference.js'],
    styles: ['swagger-ui.css', 'base.css', 'reference.css'],
    main: html`
      <header class="bar">
        <a href="${basePath(publicUrl)}/"><img src="${basePath(publicUrl)}/logo.png" alt="" width="32" height="32"> ${plugin.title}</a>
        ${auth.type === 'oauth' && auth.client_url.startsWith(`${publicUrl}/`) && html`<button type="button" id="sign-in" class="button main">Sign in</button> <button type="button" id="sign-out" class="button" hidden>Forget the sign-in</button> <span id="sign-in-state" role="status"></span>`}
      </header>
      <noscript><p class="warning">The reference needs JavaScript. The spec is at <a href="${basePath(publicUrl)}/openapi.yaml">${basePath(publicUrl)}/openapi.yaml</a>.</p></noscript>
      <div id="reference"></div>`,
  })
}
