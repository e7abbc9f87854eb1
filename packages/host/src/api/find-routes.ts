import { Problem } from '@reference-plugins/core'
import { toStarters } from '../finding/starters.ts'
import type { Host } from '../host.ts'
import type { UserRoutes } from './routes.ts'

const longestText = 2_000

export const findRoutes = (host: Host): UserRoutes => ({
  'GET /api/operations': async (user, { query: { text, conversation } }) => {
    if (typeof text !== 'string' || text.trim() === '') throw new Problem(400, 'Add what to look for: ?text=')
    if (text.length > longestText) throw new Problem(400, `The text is too long: at most ${longestText} characters`)
    const enabled =
      typeof conversation === 'string' ? (await host.conversations.get(user, conversation)).plugins : undefined
    return host.finder.find(user, text, enabled)
  },

  'GET /api/starters': (user) => toStarters(host, user),
})
