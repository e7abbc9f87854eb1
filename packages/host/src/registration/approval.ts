import { Problem } from '@reference-plugins/core'
import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import type { Host } from '../host.ts'
import { hashOf, type RegisteredPlugin } from '../plugins/plugins.ts'
import type { Presentation } from '../plugins/presentation.ts'
import { registerClient } from '../sign-in/oauth-server.ts'
import type { ApprovalInput, RegistrationStep } from '../wire.ts'
import type { PendingRegistration } from './registrations.ts'
import { needsSignIn, readSignedInTools } from './signed-in-tools.ts'

const mostPlugins = 5_000

/**
 * Makes a plugin of what was read, as it was read: nothing is fetched again, so that what was looked at is what is pinned.
 * @throws Problem 404, 409, or 422 that says what is missing
 */
export async function approve(
  host: Host,
  user: string,
  id: string,
  { serviceToken, clientId, clientSecret }: ApprovalInput,
  presentation: Presentation,
): Promise<RegisteredPlugin> {
  const { registrations, plugins, credentials, options } = host
  const pending = await registrations.get(user, id)
  const { found } = pending
  if (!found) throw new Problem(409, 'This registration failed: put right what it says, and begin again')
  if (pending.changes !== undefined) return change(host, user, pending)
  if ((await plugins.count(user)) >= mostPlugins)
    throw new Problem(409, `At most ${mostPlugins} plugins are kept: remove one`)
  const { auth } = found.document
  if (auth.type === 'service_http' && serviceToken === undefined && found.document.source !== 'spec')
    throw new Problem(422, 'The plugin needs its service token: enter the one that its developer gave you')
  let client =
    clientId === undefined ? undefined : { id: clientId, ...(clientSecret !== undefined && { secret: clientSecret }) }
  if (found.oauth && !client && found.oauth.registrationUrl !== undefined) {
    const fetch = guardedFetcher({ allowLoopback: options.development, redirects: 0 })
    client = await registerClient(found.oauth, presentation.callbackUrl(id), fetch).catch((error: Error) => {
      throw new Problem(
        422,
        `The authorization server does not register this host (${error.message}): enter a client id`,
      )
    })
  }
  if (auth.type === 'oauth' && !client)
    throw new Problem(
      422,
      `Enter a client id: register one at the authorization server, with the callback ${presentation.callbackUrl(id)}`,
    )
  await plugins.add(id, user, found, { clientId: client?.id, verificationToken: pending.verificationToken })
  const plugin = await plugins.owned(user, id)
  if (serviceToken !== undefined && auth.type === 'service_http')
    await credentials.putServiceToken(plugin, serviceToken)
  if (client?.secret !== undefined) await credentials.putClientSecret(plugin, client.secret)
  await registrations.remove(user, id)
  return plugin
}

async function change(
  host: Host,
  user: string,
  { id, changes = '', found }: PendingRegistration,
): Promise<RegisteredPlugin> {
  const { plugins, registrations } = host
  await plugins.owned(user, changes)
  if (found) await plugins.replace(changes, found)
  await registrations.remove(user, id)
  return plugins.owned(user, changes)
}

/** Reads a registered plugin again. What has changed waits for approval; until then the plugin is not called. */
export async function readAgain(
  host: Host,
  user: string,
  plugin: RegisteredPlugin,
  tell: (step: RegistrationStep) => void = () => {},
): Promise<PendingRegistration> {
  const { registrar, registrations, plugins } = host
  const seen = await registrar.read(plugin.address, { signal: AbortSignal.timeout(120_000), tell })
  const read =
    seen.found && needsSignIn(plugin) && plugin.document.operations.length > 0
      ? { ...seen, found: await readSignedInTools(host, user, plugin) }
      : seen
  const hasChanged = read.found !== undefined && hashOf(read.found.texts) !== plugin.hash
  if (hasChanged)
    await plugins.setTrouble(plugin.id, 'its manifest or its spec has changed, and nobody has approved that yet')
  else if (read.found && plugin.trouble !== undefined) await plugins.setTrouble(plugin.id, undefined)
  return registrations.add(user, {
    address: plugin.address,
    ...read,
    ...(hasChanged && { changes: plugin.id }),
  })
}
