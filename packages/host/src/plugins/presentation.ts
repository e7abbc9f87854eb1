import { asks } from '../conversation/confirmation.ts'
import { tokensOf } from '../conversation/prompt.ts'
import type { Host } from '../host.ts'
import type { PendingRegistration } from '../registration/registrations.ts'
import { callbackPath } from '../sign-in/sign-ins.ts'
import { toNamespace } from '../tools/namespace.ts'
import type { OperationSummary, PluginDetail, PluginPreview, PluginSummary, Registration, Share } from '../wire.ts'
import { differenceOf } from './difference.ts'
import type { FoundPlugin, RegisteredPlugin } from './plugins.ts'

/** What is registered, as the page shows it: never a secret. */
export class Presentation {
  readonly #host: Host
  readonly #tokens = new WeakMap<object, number>()

  constructor(host: Host) {
    this.#host = host
  }

  callbackUrl(plugin: string): string {
    return `${this.#host.options.publicUrl}${callbackPath(plugin)}`
  }

  async registration(user: string, pending: PendingRegistration): Promise<Registration> {
    const { id, address, steps, found, changes, verificationToken } = pending
    const before = changes === undefined ? undefined : await this.#host.plugins.owned(user, changes)
    const difference = before && found ? differenceOf(before.texts, found.texts) : []
    return {
      id,
      address,
      steps,
      isReady: found !== undefined,
      repairs: found?.repairs ?? [],
      ...(found && {
        plugin: {
          ...this.#preview(found, id),
          ...(found.document.auth.type === 'oauth' && { callbackUrl: this.callbackUrl(before?.id ?? id) }),
          ...(hasVerification(found) && {
            verification: toVerification(found, before?.verificationToken ?? verificationToken),
          }),
        },
      }),
      ...(before && { changes: { plugin: before.id, difference } }),
    }
  }

  async summaries(user: string): Promise<PluginSummary[]> {
    const states = await this.#host.credentials.activations(user)
    const plugins = await this.#host.plugins.allVisible(user)
    const names = new Map<string, string>()
    for (const { owner } of plugins) if (!names.has(owner)) names.set(owner, await this.#host.users.nameOf(owner))
    return plugins.map((plugin) => ({
      ...this.#preview(plugin, plugin.id),
      id: plugin.id,
      isOwn: plugin.owner === user,
      ownerName: names.get(plugin.owner) ?? '',
      activation: states.get(plugin.id) ?? 'none',
      ...(plugin.trouble !== undefined && { trouble: plugin.trouble }),
      registeredAt: plugin.registeredAt,
    }))
  }

  async detail(user: string, plugin: RegisteredPlugin): Promise<PluginDetail> {
    const { credentials, users, shares } = this.#host
    const isOwn = plugin.owner === user
    const shared = isOwn ? await shares.list(plugin.id) : []
    return {
      ...this.#preview(plugin, plugin.id),
      id: plugin.id,
      isOwn,
      ownerName: await users.nameOf(plugin.owner),
      activation: await credentials.activation(user, plugin),
      ...(plugin.trouble !== undefined && { trouble: plugin.trouble }),
      registeredAt: plugin.registeredAt,
      ...(isOwn && plugin.document.auth.type === 'oauth' && { callbackUrl: this.callbackUrl(plugin.id) }),
      ...(isOwn && hasVerification(plugin) && { verification: toVerification(plugin, plugin.verificationToken) }),
      hasServiceToken: await credentials.hasServiceToken(plugin),
      ...(isOwn && plugin.clientId !== undefined && { clientId: plugin.clientId }),
      repairs: plugin.repairs,
      ...(plugin.texts.manifest !== undefined && { manifest: plugin.texts.manifest }),
      ...(plugin.texts.spec !== undefined && { spec: plugin.texts.spec }),
      prompt: toNamespace(plugin.document),
      shares: await Promise.all(
        shared.map(
          async ({ user: member, ...share }): Promise<Share> => ({
            ...share,
            ...(member !== undefined && { userName: await users.nameOf(member) }),
          }),
        ),
      ),
    }
  }

  #preview({ address, document }: FoundPlugin, id: string): PluginPreview {
    const { auth, operations, logoUrl, legalInfoUrl, contactEmail } = document
    let tokens = this.#tokens.get(document)
    if (tokens === undefined) {
      tokens = tokensOf(operations)
      this.#tokens.set(document, tokens)
    }
    return {
      name: document.name,
      title: document.title,
      descriptionForHuman: document.descriptionForHuman,
      descriptionForModel: document.descriptionForModel,
      ...(logoUrl !== undefined && { logo: `/api/plugins/${id}/logo` }),
      ...(legalInfoUrl !== undefined && { legalInfoUrl }),
      ...(contactEmail !== undefined && { contactEmail }),
      source: document.source,
      address,
      server: document.server,
      auth: {
        type: auth.type,
        scheme: auth.scheme,
        ...(auth.oauth && { scope: auth.oauth.scope }),
        needsClient: auth.type === 'oauth',
      },
      operations: operations.map((operation): OperationSummary => {
        const { name, title, description, input, target } = operation
        return {
          name,
          title,
          description,
          ...(target.kind === 'http' && { method: target.method, path: target.path }),
          input,
          asks: asks(operation),
        }
      }),
      tokens,
    }
  }
}

/** Where one secret is entrusted for all users, the domain must say that it knows of it: protocol.md 1.3. */
const hasVerification = ({ document: { auth, source } }: FoundPlugin): boolean =>
  source === 'manifest' && (auth.type === 'service_http' || auth.type === 'oauth')

export const verificationService = 'reference_plugins_host'

export const toVerification = ({ document: { auth } }: FoundPlugin, token: string) => ({
  service: verificationService,
  token,
  isThere: Object.values(auth.verificationTokens).includes(token),
})
