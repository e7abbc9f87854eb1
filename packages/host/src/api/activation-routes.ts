import { randomBytes } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import { z } from 'zod'
import type { Host } from '../host.ts'
import { Refusal } from '../registration/steps.ts'
import { callbackPath } from '../sign-in/sign-ins.ts'
import { TokenRefused } from '../sign-in/token-refused.ts'
import { bodyOf } from './body.ts'
import { cookieName, setCookie } from './cookies.ts'
import { type Context, part, type Routes, type UserRoutes } from './routes.ts'
import { signInEnd } from './sign-in-page.ts'

const Activation = z.object({ token: z.string().trim().min(1, 'must not be empty').max(4_096).optional() })

const Approved = z.object({ hash: z.string().max(100) })

export const activationRoutes = ({
  plugins,
  activations,
  credentials,
  signIns,
  presentation,
  options,
}: Host): UserRoutes => ({
  'PUT /api/plugins/:id/activation': async (user, ctx) => {
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    const { token } = bodyOf(ctx, Activation)
    const { type } = plugin.document.auth
    if (type === 'oauth') throw new Problem(409, 'This plugin is activated by signing in: POST sign-in')
    if (type === 'user_http' && token === undefined)
      throw new Problem(422, `Paste your token: each user of ${plugin.document.title} needs one of their own`)
    await credentials.activate(user, plugin, token)
    return presentation.detail(user, plugin)
  },

  'PUT /api/plugins/:id/approval': async (user, ctx) => {
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    await activations.approve(user, plugin, bodyOf(ctx, Approved).hash)
    return presentation.detail(user, plugin)
  },

  'DELETE /api/plugins/:id/activation': async (user, ctx) => {
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    await credentials.deactivate(user, plugin)
    return presentation.detail(user, plugin)
  },

  'POST /api/plugins/:id/sign-in': async (user, ctx) => {
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    return { url: await signIns.begin(user, browserOf(ctx, options.publicUrl), plugin) }
  },
})

/** Where authorization servers send the browser back to. It may come without the cookie of the session. */
export const callbackRoutes = ({ plugins, signIns, approvals, options: { publicUrl } }: Host): Routes => ({
  [`GET ${callbackPath(':id')}`]: async (ctx) => {
    const id = part(ctx, 'id')
    const answer = new URL(ctx.url, publicUrl)
    const attempt = await signIns.end(answer, ctx.cookies.get(browserCookie(publicUrl)) ?? '', id)
    if (!attempt)
      return signInEnd(
        ctx,
        new URL(publicUrl).origin,
        id,
        'This sign-in was started elsewhere, or it is over: start it again',
      )
    try {
      // The plugin may no longer be shared with the user.
      const plugin = await plugins.visible(attempt.user, id)
      await signIns.redeem(attempt, answer, plugin)
      await approvals.addSignedInTools(attempt.user, plugin)
      return signInEnd(ctx, new URL(publicUrl).origin, id)
    } catch (error) {
      if (!(error instanceof TokenRefused) && !(error instanceof Problem) && !(error instanceof Refusal)) throw error
      return signInEnd(ctx, new URL(publicUrl).origin, id, error.message)
    }
  },
})

const browserCookie = (publicUrl: string): string => cookieName(publicUrl, 'sign-in-browser')

/** A secret of the browser, so that a sign-in ends where it was started. */
function browserOf(ctx: Context, publicUrl: string): string {
  const known = ctx.cookies.get(browserCookie(publicUrl))
  if (known !== undefined && known.length >= 32) return known
  const secret = randomBytes(32).toString('base64url')
  // Lax, because the callback comes from another site.
  setCookie(ctx, publicUrl, browserCookie(publicUrl), secret, 'Lax', 86_400)
  return secret
}
