import { randomBytes } from 'node:crypto'
import type Router from '@koa/router'
import { Problem } from '@reference-plugins/core'
import { needsSignIn, readSignedInTools } from '../registration/signed-in-tools.ts'
import { Refusal } from '../registration/steps.ts'
import { callbackPath } from '../sign-in/sign-ins.ts'
import { redeem, TokenRefused } from '../sign-in/token-endpoint.ts'
import { type Api, type Context, part, type State } from './request.ts'
import { signInEnd } from './sign-in-page.ts'

export function signInRoutes(router: Router<State>, { host, presentation, userOf }: Api): void {
  const { plugins, credentials, signIns, options } = host
  const isSecure = options.publicUrl.startsWith('https:')
  const cookie = `${isSecure ? '__Host-' : ''}sign-in-browser`

  /** A secret of this browser, so that a sign-in ends where it began. It must come back from another site, hence Lax. */
  const browserOf = (ctx: Context): string => {
    const known = ctx.cookies.get(cookie)
    if (known !== undefined && known.length >= 32) return known
    const secret = randomBytes(32).toString('base64url')
    const parts = [`${cookie}=${secret}`, 'Path=/', 'HttpOnly', 'SameSite=Lax', 'Max-Age=86400']
    ctx.append('Set-Cookie', [...parts, ...(isSecure ? ['Secure'] : [])].join('; '))
    return secret
  }

  router.post('/api/plugins/:id/sign-in', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    const { oauth, clientId } = plugin
    if (!oauth) throw new Problem(409, 'The plugin has no sign-in by OAuth')
    if (clientId === undefined)
      throw new Problem(409, 'The plugin has no client id yet: who registered it enters one on its page')
    const url = await signIns.begin(
      user,
      browserOf(ctx),
      { ...plugin, oauth, clientId },
      presentation.callbackUrl(plugin.id),
    )
    ctx.body = { url }
  })

  router.get(callbackPath(':id'), async (ctx) => {
    const id = part(ctx, 'id')
    const answer = new URL(ctx.url, options.publicUrl)
    const attempt = await signIns.end(answer.searchParams.get('state') ?? '', ctx.cookies.get(cookie) ?? '', id)
    if (!attempt)
      return signInEnd(ctx, options.publicUrl, id, 400, 'This sign-in was not begun here, or is over: begin it again')
    const { state, verifier, user } = attempt
    try {
      // The plugin may have been taken back from the user meanwhile.
      const plugin = await plugins.visible(user, id)
      const client = await credentials.client(plugin)
      const callbackUrl = presentation.callbackUrl(id)
      await credentials.putTokens(user, plugin, await redeem(client, answer, { state, verifier, callbackUrl }))
      // Who registered it sees its tools now, for the first time.
      if (needsSignIn(plugin) && plugin.owner === user && plugin.document.operations.length === 0)
        await plugins.replace(id, await readSignedInTools(host, user, plugin))
      return signInEnd(ctx, options.publicUrl, id, 200)
    } catch (error) {
      if (!(error instanceof TokenRefused) && !(error instanceof Problem) && !(error instanceof Refusal)) throw error
      return signInEnd(ctx, options.publicUrl, id, 400, error.message)
    }
  })
}
