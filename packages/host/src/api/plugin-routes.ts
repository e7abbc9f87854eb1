import type Router from '@koa/router'
import { checkPlugin, rules } from '@reference-plugins/contract'
import { Problem } from '@reference-plugins/core'
import { readManifest } from '@reference-plugins/reader'
import { z } from 'zod'
import { EventStream } from '../conversation/event-stream.ts'
import { Logos } from '../plugins/logos.ts'
import { Trace } from '../registration/trace.ts'
import { later } from '../tables.ts'
import type { ReportEvent, Share } from '../wire.ts'
import { bodyOf } from './body.ts'
import { answerEvents } from './event-answer.ts'
import { type Api, part, type State } from './request.ts'

const secret = z.string().trim().min(1, 'must not be empty').max(4_096, 'at most 4,096 characters')
const Token = z.object({ token: secret })
const Client = z.object({ id: secret, secret: secret.optional() })
const Activation = z.object({ token: secret.optional() })
const NewShare = z.union([
  z.object({ userName: z.string().trim().min(1).max(64) }),
  z.object({
    maximum: z.int().min(1).max(10_000).optional(),
    expiresInDays: z.number().positive().max(366).optional(),
  }),
])

export function pluginRoutes(router: Router<State>, { host, presentation, userOf }: Api): void {
  const { plugins, credentials, shares, users, options } = host
  const logos = new Logos(options.development)

  router.get('/api/plugins', async (ctx) => {
    ctx.body = await presentation.summaries(userOf(ctx))
  })

  router.get('/api/plugins/:id', async (ctx) => {
    const user = userOf(ctx)
    ctx.body = await presentation.detail(user, await plugins.visible(user, part(ctx, 'id')))
  })

  router.delete('/api/plugins/:id', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    if (plugin.owner === user) {
      await credentials.deactivateAll(plugin)
      await plugins.remove(plugin.id)
    } else {
      await credentials.deactivate(user, plugin)
      await shares.leave(plugin.id, user)
    }
    ctx.status = 204
  })

  router.get('/api/plugins/:id/logo', async (ctx) => {
    const user = userOf(ctx)
    const id = part(ctx, 'id')
    const found =
      (await plugins.visible(user, id).catch(() => undefined)) ?? (await host.registrations.get(user, id)).found
    const logo = found?.document.logoUrl && (await logos.get(found.document.logoUrl))
    if (!logo) throw new Problem(404, 'The plugin has no logo that can be shown')
    ctx.set({ 'Content-Security-Policy': "default-src 'none'; sandbox", 'Cache-Control': 'private, max-age=3600' })
    ctx.type = logo.type
    ctx.body = logo.bytes
  })

  router.put('/api/plugins/:id/service-token', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.owned(user, part(ctx, 'id'))
    if (plugin.document.auth.type !== 'service_http')
      throw new Problem(409, 'The plugin takes no service token: its manifest says another type of auth')
    await credentials.putServiceToken(plugin, bodyOf(ctx, Token).token)
    ctx.body = await presentation.detail(user, plugin)
  })

  router.put('/api/plugins/:id/client', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.owned(user, part(ctx, 'id'))
    if (plugin.document.auth.type !== 'oauth') throw new Problem(409, 'The plugin has no sign-in by OAuth')
    const client = bodyOf(ctx, Client)
    // Tokens of the client before are no good for this one.
    await credentials.deactivateAll(plugin)
    await plugins.setClient(plugin.id, client.id)
    if (client.secret === undefined) await credentials.deleteClientSecret(plugin)
    else await credentials.putClientSecret(plugin, client.secret)
    ctx.body = await presentation.detail(user, await plugins.owned(user, plugin.id))
  })

  router.post('/api/plugins/:id/verification', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.owned(user, part(ctx, 'id'))
    const { manifestUrl } = plugin.texts
    if (manifestUrl === undefined) throw new Problem(409, 'The plugin has no manifest in which a token could stand')
    const trace = new Trace({ allowLoopback: options.development, signal: AbortSignal.timeout(20_000) })
    const { text, url } = await trace.fetch(manifestUrl).catch((error: Error) => {
      throw new Problem(502, `The manifest cannot be read: ${error.message}`)
    })
    const { manifest } = readManifest(text, url)
    const isThere = Object.values(manifest.auth.verificationTokens).includes(plugin.verificationToken)
    await plugins.setVerification(plugin.id, isThere)
    const detail = await presentation.detail(user, plugin)
    ctx.body = { ...detail, ...(detail.verification && { verification: { ...detail.verification, isThere } }) }
  })

  router.post('/api/plugins/:id/report', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.owned(user, part(ctx, 'id'))
    // It goes wherever manifest and spec lead, as a developer wants it to, and a stranger may not.
    if (!options.development)
      throw new Problem(
        409,
        `The contract test runs in development only: pnpm contract ${plugin.address} does the same`,
      )
    const events = new EventStream<ReportEvent>()
    const authorization = await credentials.authorization(user, plugin).catch(() => undefined)
    checkPlugin({
      baseUrl: new URL(plugin.document.server).origin,
      ...(authorization !== undefined && { token: authorization }),
      // Nobody asked for anything to be changed.
      safe: true,
      maxTime: 60,
      onProgress: (what) => events.emit({ type: 'progress', what }),
    })
      .then((report) =>
        events.emit({
          type: 'end',
          calls: report.calls,
          untested: report.untested.map(({ subject, what, reason }) => ({ subject, what, why: reason })),
          findings: report.findings.map(({ code, severity, subject, detail, curl }) => ({
            code,
            severity,
            subject,
            title: rules[code].title,
            message: detail,
            advice: rules[code].advice,
            ...(curl !== undefined && { curl }),
          })),
        }),
      )
      .catch((error) => options.log.error({ err: error }, 'a report failed'))
      .finally(() => events.end())
    answerEvents(ctx, (signal) => events.listen(signal))
  })

  router.put('/api/plugins/:id/activation', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    const { token } = bodyOf(ctx, Activation)
    const { type } = plugin.document.auth
    if (type === 'oauth') throw new Problem(409, 'The plugin is activated by signing in: POST sign-in')
    if (type === 'user_http' && token === undefined)
      throw new Problem(422, `Paste your token: ${plugin.document.title} asks each user for their own`)
    await credentials.activate(user, plugin, token)
    ctx.body = await presentation.detail(user, plugin)
  })

  router.delete('/api/plugins/:id/activation', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    await credentials.deactivate(user, plugin)
    ctx.body = await presentation.detail(user, plugin)
  })

  router.post('/api/plugins/:id/shares', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await plugins.owned(user, part(ctx, 'id'))
    if (users.mode === 'single')
      throw new Problem(409, 'This host is for one user, so there is nobody to share with: set HOST_USERS=accounts')
    const input = bodyOf(ctx, NewShare)
    let url: string | undefined
    let id: string
    if ('userName' in input) {
      const other = await users.byName(input.userName)
      if (!other) throw new Problem(404, `Nobody here is called ${input.userName}: share by link instead`)
      if (other.id === user) throw new Problem(409, 'The plugin is yours already')
      id = await shares.addUser(plugin.id, other.id)
    } else {
      const expiresAt = input.expiresInDays === undefined ? undefined : later(input.expiresInDays * 86_400)
      const link = await shares.addLink(plugin.id, input.maximum, expiresAt)
      id = link.id
      url = `${options.publicUrl}/share/${link.secret}`
    }
    const { shares: all } = await presentation.detail(user, plugin)
    ctx.body = { ...(all.find((share) => share.id === id) as Share), ...(url !== undefined && { url }) }
  })

  router.delete('/api/plugins/:id/shares/:share', async (ctx) => {
    const plugin = await plugins.owned(userOf(ctx), part(ctx, 'id'))
    for (const member of await shares.remove(plugin.id, part(ctx, 'share')))
      await credentials.deactivate(member, plugin)
    ctx.status = 204
  })

  router.post('/api/shares/:secret', async (ctx) => {
    const user = userOf(ctx)
    const id = await shares.take(user, part(ctx, 'secret'))
    ctx.body = await presentation.detail(user, await plugins.visible(user, id))
  })
}
