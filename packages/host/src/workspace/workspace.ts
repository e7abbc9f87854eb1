import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '@reference-plugins/core'
import type { Host } from '../host.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Presentation } from '../plugins/presentation.ts'
import { approve } from '../registration/approval.ts'
import type { LocalPlugin, Registration, RegistrationStep } from '../wire.ts'

interface Local {
  name: string
  url: string
  folder: string
}

/** The plugins of the repository that the host is a part of, which leave what they made for development in their folders. */
export class Workspace {
  readonly #host: Host
  readonly #folder: string

  /** @param folder that holds the plugins */
  constructor(host: Host, folder: string) {
    this.#host = host
    this.#folder = folder
  }

  async list(user: string): Promise<LocalPlugin[]> {
    const plugins = await this.#host.plugins.allVisible(user)
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
        }
      }),
    )
  }

  /** @throws Problem 404 */
  find(name: string): Local {
    const local = this.#all().find((one) => one.name === name)
    if (!local) throw new Problem(404, `There is no plugin ${name} here: see GET /api/workspace`)
    return local
  }

  /** Registers a plugin and activates it, as far as that needs nobody: who signs in by OAuth does that themselves. */
  async register(
    user: string,
    { url, folder }: Local,
    presentation: Presentation,
    tell: (step: RegistrationStep) => void,
  ): Promise<Registration> {
    const { registrar, registrations, credentials } = this.#host
    const read = await registrar.read(url, { signal: AbortSignal.timeout(60_000), tell })
    const pending = await registrations.add(user, { address: url, ...read })
    const shown = await presentation.registration(user, pending)
    if (!pending.found) return shown
    const serviceToken = readOptional(join(folder, 'service-token'))
    const plugin = await approve(
      this.#host,
      user,
      pending.id,
      serviceToken === undefined ? {} : { serviceToken },
      presentation,
    )
    const { type } = plugin.document.auth
    const userToken = readOptional(join(folder, 'user-token'))
    if (type === 'none' || type === 'service_http') await credentials.activate(user, plugin)
    else if (type === 'user_http' && userToken !== undefined) await credentials.activate(user, plugin, userToken)
    return { ...shown, approved: plugin.id }
  }

  /** Whether a plugin is one of these. */
  has({ document }: RegisteredPlugin): boolean {
    return this.#all().some(({ url }) => isAt(document.server, url))
  }

  #all(): Local[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder).flatMap((name) => {
      const manifest = join(this.#folder, name, 'generated', 'ai-plugin.json')
      if (!existsSync(manifest)) return []
      const { api } = JSON.parse(readFileSync(manifest, 'utf8')) as { api: { url: string } }
      return [{ name, url: new URL(api.url).origin, folder: join(this.#folder, name, '.data') }]
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

/** The user that a plugin with OAuth made for development. */
function signInHint(folder: string): string | undefined {
  const text = readOptional(join(folder, 'development.json'))
  if (text === undefined) return undefined
  const { user, password } = JSON.parse(text) as { user?: string; password?: string }
  return user && password ? `Sign in as ${user}, password ${password}` : undefined
}
