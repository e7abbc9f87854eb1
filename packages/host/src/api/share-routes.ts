import { Problem } from '@reference-plugins/core'
import { z } from 'zod'
import type { Host } from '../host.ts'
import { later } from '../tables.ts'
import type { Share } from '../wire.ts'
import { bodyOf } from './body.ts'
import { part, type UserRoutes } from './routes.ts'

const WithUser = z.object({ userName: z.string().trim().min(1).max(64) })
const ByLink = z.object({
  maximum: z.int().min(1).max(10_000).optional(),
  expiresInDays: z.number().positive().max(366).optional(),
})

export function shareRoutes({ plugins, shares, users, credentials, presentation, options }: Host): UserRoutes {
  async function withUser(user: string, plugin: string, userName: string) {
    const other = await users.accounts.findByName(userName)
    if (!other) throw new Problem(404, `No user here is called ${userName}: share by link instead`)
    if (other.id === user) throw new Problem(409, 'The plugin is already yours')
    return { id: await shares.addUser(plugin, other.id) }
  }

  async function byLink(plugin: string, { maximum, expiresInDays }: z.output<typeof ByLink>) {
    const expiresAt = expiresInDays === undefined ? undefined : later(expiresInDays * 86_400)
    const { id, secret } = await shares.addLink(plugin, maximum, expiresAt)
    return { id, url: `${options.publicUrl}/share/${secret}` }
  }

  return {
    'POST /api/plugins/:id/shares': async (user, ctx): Promise<Share> => {
      const plugin = await plugins.owned(user, part(ctx, 'id'))
      if (users.mode === 'single')
        throw new Problem(409, 'This host has a single user: set HOST_USERS=accounts to share plugins')
      const input = bodyOf(ctx, z.union([WithUser, ByLink]))
      const made =
        'userName' in input ? await withUser(user, plugin.id, input.userName) : await byLink(plugin.id, input)
      const { shares: all } = await presentation.detail(user, plugin)
      return { ...(all.find(({ id }) => id === made.id) as Share), ...made }
    },

    'DELETE /api/plugins/:id/shares/:share': async (user, ctx) => {
      const plugin = await plugins.owned(user, part(ctx, 'id'))
      const members = await shares.remove(plugin.id, part(ctx, 'share'))
      for (const member of members) await credentials.deactivate(member, plugin)
    },

    'POST /api/shares/:secret': async (user, ctx) => {
      const id = await shares.take(user, part(ctx, 'secret'))
      return presentation.detail(user, await plugins.visible(user, id))
    },
  }
}
