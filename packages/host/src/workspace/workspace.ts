import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '@reference-plugins/core'
import type { Plugins } from '../plugins/plugins.ts'
import type { Presentation } from '../plugins/presentation.ts'
import type { Approvals } from '../registration/approvals.ts'
import type { Credentials } from '../sign-in/credentials.ts'
import type { LocalPlugin, Registration, RegistrationStep } from '../wire.ts'

interface Local {
  name: string
  url: string
  folder: string
}

export interface WorkspaceParts {
  plugins: Plugins
  approvals: Approvals
  credentials: Credentials
  presentation: Presentation
  /** Holds the plugins; undefined where there are none beside the host. */
  folder: string | undefined
}

/** The plugins of this repository. In development each writes its tokens into its folder. */
export class Workspace {
  readonly #parts: WorkspaceParts

  constructor(parts: WorkspaceParts) {
    this.#parts = parts
  }

  async list(user: string): Promise<LocalPlugin[]> {
    const plugins = await this.#parts.plugins.allVisible(user)
    return Promise.all(
      this.#all().map(async ({ name, url, folder }) => {
        const registered = plugins.find(({ document }) => isAt(document.server, url))
        const hint = signInHint(folder)
        return {
          name,
          url,
          isRunning: await isRunning(url),
          ...(registered && { plugin: registered.id }),
          ...(hint !== undefined && { signInHint: hint }),
          hasToken: false,
          isRemoved: false,
        }
      }),
    )
  }

  /** @throws Problem 404 */
  find(name: string): Local {
    const local = this.#all().find((one) => one.name === name)
    if (!local)
      throw new Problem(404, `The plugin ${name} is not beside this host: list those that are with GET /api/workspace`)
    return local
  }

  /** Registers a plugin and activates it, unless the user has to sign in for that. */
  async register(user: string, { url, folder }: Local, tell: (step: RegistrationStep) => void): Promise<Registration> {
    const { approvals, credentials, presentation } = this.#parts
    const pending = await approvals.read(user, url, { tell })
    const shown = await presentation.registration(user, pending)
    if (!pending.found) return shown
    const serviceToken = readOptional(join(folder, 'service-token'))
    const plugin = await approvals.approve(user, pending.id, { serviceToken })
    const { type } = plugin.document.auth
    const userToken = readOptional(join(folder, 'user-token'))
    if (type === 'none' || type === 'service_http') await credentials.activate(user, plugin)
    else if (type === 'user_http' && userToken !== undefined) await credentials.activate(user, plugin, userToken)
    return { ...shown, approved: plugin.id }
  }

  #all(): Local[] {
    const { folder } = this.#parts
    if (folder === undefined || !existsSync(folder)) return []
    return readdirSync(folder).flatMap((name) => {
      const manifest = join(folder, name, 'generated', 'ai-plugin.json')
      if (!existsSync(manifest)) return []
      const { api } = JSON.parse(readFileSync(manifest, 'utf8')) as { api: { url: string } }
      return [{ name, url: new URL(api.url).origin, folder: join(folder, name, '.data') }]
    })
  }
}

const isAt = (server: string, url: string): boolean => URL.parse(server)?.origin === url

const isRunning = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  )

const readOptional = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined

/** The user that a plugin with OAuth created for development. */
function signInHint(folder: string): string | undefined {
  const text = readOptional(join(folder, 'development.json'))
  if (text === undefined) return undefined
  const { user, password } = JSON.parse(text) as { user?: string; password?: string }
  return user && password ? `Sign in as ${user}, password ${password}` : undefined
}
