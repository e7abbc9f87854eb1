import { Problem } from '@reference-plugins/core'
import pLimit from 'p-limit'
import type { FoundPlugin, Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import type { Presentation } from '../plugins/presentation.ts'
import type { Approvals } from '../registration/approvals.ts'
import type { Credentials } from '../sign-in/credentials.ts'
import type { LocalPlugin, Registration, RegistrationStep } from '../wire.ts'
import { developmentTokenOf, developmentUserOf, type Local, localsIn, tokenOf } from './local-folders.ts'
import type { RemovedLocals } from './removed-locals.ts'

export interface WorkspaceParts {
  plugins: Plugins
  approvals: Approvals
  credentials: Credentials
  presentation: Presentation
  removed: RemovedLocals
  /** Holds the plugins; undefined where there are none beside the host. */
  folder: string | undefined
}

/** The plugins of this repository. In development each writes its tokens into its folder. */
export class Workspace {
  readonly #parts: WorkspaceParts
  /** Why a plugin could not be registered without the user, by the name of its folder. */
  readonly #problems = new Map<string, string>()
  /** One registration at a time, so that the user and the host do not register the same plugin twice. */
  readonly #oneAtATime = pLimit(1)

  constructor(parts: WorkspaceParts) {
    this.#parts = parts
  }

  async list(user: string): Promise<LocalPlugin[]> {
    const plugins = await this.#parts.plugins.allVisible(user)
    const removed = await this.#parts.removed.of(user)
    return Promise.all(
      localsIn(this.#parts.folder).map(async (local) => {
        const { name, url, manifest } = local
        const registered = plugins.find(({ document }) => isAt(document.server, url))
        const signIn = developmentUserOf(local)
        const problem = this.#problems.get(name)
        return {
          name,
          url,
          isRunning: await isRunning(url),
          hasToken: manifest.authType === 'user_http' && tokenOf(local, 'user-token') !== undefined,
          hasNewToken: registered !== undefined && (await this.#hasNewToken(user, registered, local)),
          isRemoved: !registered && removed.has(name),
          ...(registered && { plugin: registered.id }),
          ...(signIn && { signInHint: `Sign in as ${signIn.name}, password ${signIn.password}` }),
          ...(problem !== undefined && !registered && { problem }),
        }
      }),
    )
  }

  /** @throws Problem 404 */
  find(name: string): Local {
    const local = localsIn(this.#parts.folder).find((one) => one.name === name)
    if (!local)
      throw new Problem(404, `The plugin ${name} is not beside this host: list those that are with GET /api/workspace`)
    return local
  }

  /** The folder of a registered plugin; undefined if it is not beside this host. */
  localOf({ document }: FoundPlugin): Local | undefined {
    return localsIn(this.#parts.folder).find(({ url }) => isAt(document.server, url))
  }

  /** Registers a plugin, if it is not registered, and activates it, unless the user has to sign in for that. */
  async register(user: string, local: Local, tell: (step: RegistrationStep) => void): Promise<Registration> {
    const { registration, plugin } = await this.#oneAtATime(() => this.#register(user, local, tell))
    const token = tokenOf(local, 'user-token')
    if (plugin?.document.auth.type === 'user_http' && token !== undefined)
      await this.#parts.credentials.activate(user, plugin, token)
    return registration
  }

  /** Activates a plugin with the token that it has created for development. @throws Problem 403, 404 or 409 */
  async activate(user: string, local: Local): Promise<RegisteredPlugin> {
    const plugin = (await this.#parts.plugins.allVisible(user)).find(({ document }) => isAt(document.server, local.url))
    if (!plugin) throw new Problem(409, `${local.name} is not registered: POST /api/workspace/${local.name}`)
    const { type } = plugin.document.auth
    const token = developmentTokenOf(local)
    if (type !== local.manifest.authType || token === undefined)
      throw new Problem(409, `${plugin.document.title} has created no token for development: activate it on its page`)
    if (type === 'service_http')
      await this.#parts.credentials.putServiceToken(await this.#parts.plugins.owned(user, plugin.id), token)
    await this.#parts.credentials.activate(user, plugin, token)
    return plugin
  }

  /** Whether a plugin has created another token than the one that its calls carry, which it refuses. */
  async #hasNewToken(user: string, plugin: RegisteredPlugin, local: Local): Promise<boolean> {
    const { type } = plugin.document.auth
    if (type !== local.manifest.authType || (type === 'service_http' && plugin.owner !== user)) return false
    const [created, sent] = [developmentTokenOf(local), await this.#parts.credentials.tokenOf(user, plugin)]
    return created !== undefined && sent !== undefined && created !== sent
  }

  /** The user removes a plugin: it is not registered again without them. */
  async noteRemoval(user: string, plugin: RegisteredPlugin): Promise<void> {
    const local = this.localOf(plugin)
    if (local) await this.#parts.removed.set(user, local.name, true)
  }

  /**
   * The plugins that run and can be registered without the user: those that are not registered and that the user has not
   * removed.
   */
  async waiting(user: string): Promise<Local[]> {
    const missing = await this.#missing(user, localsIn(this.#parts.folder))
    const running = await Promise.all(missing.map(({ url }) => isRunning(url)))
    return missing.filter((_, index) => running[index])
  }

  /**
   * Registers a plugin without the user, and activates it if it needs no sign-in. What is at its address must say that it
   * is the plugin of the folder, because the token of the folder is sent there.
   * @returns why it could not be registered
   */
  async registerAlone(user: string, local: Local): Promise<string | undefined> {
    const { name, manifest } = local
    const isIt = ({ document }: FoundPlugin) =>
      document.source === 'manifest' &&
      document.name === manifest.nameForModel &&
      document.auth.type === manifest.authType &&
      isAt(document.server, local.url)
    const problem = await this.#oneAtATime(async () => {
      const [missing] = await this.#missing(user, [local])
      if (!missing) return undefined
      const { registration, plugin } = await this.#register(user, local, () => {}, isIt)
      return plugin ? undefined : whyNot(local, registration)
    }).catch((error: Error) => error.message)
    if (problem === undefined) this.#problems.delete(name)
    else this.#problems.set(name, problem)
    return problem
  }

  /** Those that are not registered and that the user has not removed. */
  async #missing(user: string, locals: Local[]): Promise<Local[]> {
    if (locals.length === 0) return []
    const plugins = await this.#parts.plugins.allVisible(user)
    const removed = await this.#parts.removed.of(user)
    return locals.filter(
      ({ name, url }) => !removed.has(name) && !plugins.some(({ document }) => isAt(document.server, url)),
    )
  }

  async #register(
    user: string,
    local: Local,
    tell: (step: RegistrationStep) => void,
    isAcceptable: (found: FoundPlugin) => boolean = () => true,
  ): Promise<{ registration: Registration; plugin?: RegisteredPlugin }> {
    const { approvals, credentials, plugins, presentation, removed } = this.#parts
    const pending = await approvals.read(user, local.url, { tell })
    const registration = await presentation.registration(user, pending)
    if (!pending.found || !isAcceptable(pending.found)) return { registration }
    const serviceToken = tokenOf(local, 'service-token')
    const known = (await plugins.allVisible(user)).find(({ document }) => isAt(document.server, local.url))
    const plugin = known ?? (await approvals.approve(user, pending.id, { serviceToken }))
    const { type } = plugin.document.auth
    if (type === 'none' || (type === 'service_http' && serviceToken !== undefined))
      await credentials.activate(user, plugin)
    await removed.set(user, local.name, false)
    return { registration: { ...registration, approved: plugin.id }, plugin }
  }
}

function whyNot({ url, name }: Local, { steps, isReady }: Registration): string {
  const failed = steps.find(({ state }) => state === 'failed')
  if (failed) return `${failed.message}. ${failed.advice ?? ''}`.trim()
  return isReady
    ? `What runs at ${url} does not say that it is the plugin in the folder ${name}: register it yourself if you trust it`
    : 'The registration failed: register it yourself to see the steps'
}

const isAt = (server: string, url: string): boolean => URL.parse(server)?.origin === url

const isRunning = (url: string): Promise<boolean> =>
  fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000), redirect: 'error' }).then(
    ({ ok }) => ok,
    () => false,
  )
