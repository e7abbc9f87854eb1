import { Problem } from '@reference-plugins/core'
import { z } from 'zod'
import type { Host } from '../host.ts'
import { findVerificationToken } from '../plugins/verification.ts'
import type { PluginDetail } from '../wire.ts'
import { bodyOf } from './body.ts'
import { part, type UserRoutes } from './routes.ts'

const secret = z.string().trim().min(1, 'must not be empty').max(4_096, 'at most 4,096 characters')
const Token = z.object({ token: secret })
const Client = z.object({ id: secret, secret: secret.optional() })

export const pluginRoutes = (host: Host): UserRoutes => ({
  'GET /api/plugins': (user) => host.presentation.summaries(user),

  'GET /api/plugins/:id': async (user, ctx) =>
    host.presentation.detail(user, await host.plugins.visible(user, part(ctx, 'id'))),

  'DELETE /api/plugins/:id': async (user, ctx) => {
    const plugin = await host.plugins.visible(user, part(ctx, 'id'))
    // Noted first, so that it is not registered again in between.
    await host.workspace.noteRemoval(user, plugin)
    if (plugin.owner === user) {
      await host.credentials.deactivateAll(plugin)
      await host.plugins.remove(plugin.id)
    } else {
      await host.credentials.deactivate(user, plugin)
      await host.shares.leave(plugin.id, user)
    }
  },

  'GET /api/plugins/:id/logo': async (user, ctx) => {
    const id = part(ctx, 'id')
    const found =
      (await host.plugins.visible(user, id).catch(() => undefined)) ?? (await host.registrations.get(user, id)).found
    const logo = found?.document.logoUrl && (await host.logos.get(found.document.logoUrl))
    if (!logo) throw new Problem(404, 'The plugin has no logo that can be shown')
    ctx.set({ 'Content-Security-Policy': "default-src 'none'; sandbox", 'Cache-Control': 'private, max-age=3600' })
    ctx.type = logo.type
    ctx.body = logo.bytes
  },

  'PUT /api/plugins/:id/service-token': async (user, ctx) => {
    const plugin = await host.plugins.owned(user, part(ctx, 'id'))
    if (plugin.document.auth.type !== 'service_http')
      throw new Problem(409, `The plugin does not use a service token: its auth type is ${plugin.document.auth.type}`)
    await host.credentials.putServiceToken(plugin, bodyOf(ctx, Token).token)
    return host.presentation.detail(user, plugin)
  },

  'PUT /api/plugins/:id/client': async (user, ctx) => {
    const plugin = await host.plugins.owned(user, part(ctx, 'id'))
    if (plugin.document.auth.type !== 'oauth') throw new Problem(409, 'The plugin does not use OAuth')
    const client = bodyOf(ctx, Client)
    // Tokens belong to the client that they were issued to.
    await host.credentials.deactivateAll(plugin)
    await host.plugins.setClient(plugin.id, client.id)
    await host.credentials.putClientSecret(plugin, client.secret)
    return host.presentation.detail(user, await host.plugins.owned(user, plugin.id))
  },

  'POST /api/plugins/:id/verification': async (user, ctx): Promise<PluginDetail> => {
    const plugin = await host.plugins.owned(user, part(ctx, 'id'))
    const isThere = await findVerificationToken(plugin, host.options.development)
    const detail = await host.presentation.detail(user, plugin)
    return { ...detail, ...(detail.verification && { verification: { ...detail.verification, isThere } }) }
  },
})
