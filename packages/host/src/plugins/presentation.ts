import type { DocumentOperation } from '@reference-plugins/reader'
import { withoutKeyInputs } from '../calls/idempotency-key.ts'
import { asks } from '../conversation/confirmation.ts'
import { tokensOf } from '../conversation/prompt.ts'
import type { PendingRegistration } from '../registration/registrations.ts'
import type { Activations } from '../sign-in/activations.ts'
import type { Credentials } from '../sign-in/credentials.ts'
import type { SignIns } from '../sign-in/sign-ins.ts'
import { toNamespace } from '../tools/namespace.ts'
import type { Users } from '../users/users.ts'
import type { OperationSummary, PluginDetail, PluginPreview, PluginSummary, Registration, Share } from '../wire.ts'
import { differenceOf } from './difference.ts'
import type { FoundPlugin, Plugins, RegisteredPlugin } from './plugins.ts'
import type { Shares } from './shares.ts'
import { toVerification } from './verification.ts'

export interface PresentationParts {
  plugins: Plugins
  users: Users
  shares: Shares
  activations: Activations
  credentials: Credentials
  signIns: SignIns
}

/** What is registered, as the page shows it: never a secret. */
export class Presentation {
  readonly #parts: PresentationParts

  constructor(parts: PresentationParts) {
    this.#parts = parts
  }

  async registration(user: string, pending: PendingRegistration): Promise<Registration> {
    const { id, address, steps, found, changes, verificationToken } = pending
    const before = changes === undefined ? undefined : await this.#parts.plugins.owned(user, changes)
    return {
      id,
      address,
      steps,
      isReady: found !== undefined,
      repairs: found?.repairs ?? [],
      ...(found && {
        plugin: {
          ...preview(found, id),
          ...this.#forOwner(found, before?.id ?? id, before?.verificationToken ?? verificationToken),
        },
      }),
      ...(before && {
        changes: { plugin: before.id, difference: found ? differenceOf(before.texts, found.texts) : [] },
      }),
    }
  }

  async summaries(user: string): Promise<PluginSummary[]> {
    const states = await this.#parts.activations.all(user)
    const plugins = await this.#parts.plugins.allVisible(user)
    const names = new Map<string, string>()
    for (const { owner } of plugins) if (!names.has(owner)) names.set(owner, await this.#parts.users.nameOf(owner))
    return plugins.map((plugin) =>
      summary(user, plugin, names.get(plugin.owner) ?? '', states.get(plugin.id) ?? 'none'),
    )
  }

  async detail(user: string, plugin: RegisteredPlugin): Promise<PluginDetail> {
    const { activations, credentials, users, shares } = this.#parts
    const { id, owner, clientId, repairs, texts, document } = plugin
    const isOwn = owner === user
    const seen = await activations.seenTexts(user, plugin)
    return {
      ...summary(user, plugin, await users.nameOf(owner), await activations.of(user, plugin)),
      ...(isOwn && this.#forOwner(plugin, id, plugin.verificationToken)),
      hasServiceToken: await credentials.hasServiceToken(plugin),
      ...(isOwn && clientId !== undefined && { clientId }),
      repairs,
      ...(seen && { changes: { hash: plugin.hash, difference: differenceOf(seen, texts) } }),
      ...(texts.manifest !== undefined && { manifest: texts.manifest }),
      ...(texts.spec !== undefined && { spec: texts.spec }),
      prompt: toNamespace(document),
      shares: isOwn ? await Promise.all((await shares.list(id)).map((share) => this.#share(share))) : [],
    }
  }

  async #share({ user, ...share }: Awaited<ReturnType<Shares['list']>>[number]): Promise<Share> {
    return { ...share, ...(user !== undefined && { userName: await this.#parts.users.nameOf(user) }) }
  }

  /** What only the owner needs to see. */
  #forOwner(found: FoundPlugin, id: string, token: string): Pick<PluginPreview, 'callbackUrl' | 'verification'> {
    const verification = toVerification(found, token)
    return {
      ...(found.document.auth.type === 'oauth' && { callbackUrl: this.#parts.signIns.callbackUrl(id) }),
      ...(verification && { verification }),
    }
  }
}

const summary = (
  user: string,
  plugin: RegisteredPlugin,
  ownerName: string,
  activation: PluginSummary['activation'],
): PluginSummary => ({
  ...preview(plugin, plugin.id),
  id: plugin.id,
  isOwn: plugin.owner === user,
  ownerName,
  activation,
  ...(plugin.trouble !== undefined && { trouble: plugin.trouble }),
  registeredAt: plugin.registeredAt,
})

function preview({ address, document: found }: FoundPlugin, id: string): PluginPreview {
  const document = withoutKeyInputs(found)
  const { auth, operations, logoUrl, legalInfoUrl, contactEmail } = document
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
    operations: operations.map(toOperationSummary),
    tokens: tokensOf(operations),
  }
}

/** An operation, as the page shows it. */
export function toOperationSummary(operation: DocumentOperation): OperationSummary {
  const { name, title, description, input, target } = operation
  const files = target.kind === 'http' ? target.fields.filter(({ file }) => file !== undefined) : []
  return {
    name,
    title,
    description,
    ...(target.kind === 'http' && { method: target.method, path: target.path }),
    input,
    ...(files.length > 0 && { files: files.map((file) => file.name) }),
    asks: asks(operation),
  }
}
