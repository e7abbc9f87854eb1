import type Router from '@koa/router'
import { Problem } from '@reference-plugins/core'
import { z } from 'zod'
import { EventStream } from '../conversation/event-stream.ts'
import { toCandidates } from '../registration/address.ts'
import { approve, readAgain } from '../registration/approval.ts'
import type { RegistrationEvent } from '../wire.ts'
import { bodyOf } from './body.ts'
import { answerEvents } from './event-answer.ts'
import { type Api, part, type State } from './request.ts'

const secret = z.string().trim().min(1).max(4_096)
const Begin = z.object({ address: z.string().max(2_000), token: secret.optional() })
const Approval = z.object({
  serviceToken: secret.optional(),
  clientId: secret.optional(),
  clientSecret: secret.optional(),
})

export function registrationRoutes(router: Router<State>, { host, presentation, userOf }: Api): void {
  router.post('/api/registrations', async (ctx) => {
    const user = userOf(ctx)
    const { address, token } = bodyOf(ctx, Begin)
    const events = new EventStream<RegistrationEvent>()
    // What cannot be an address is refused before anything is told.
    toCandidates(address)
    const reading = host.registrar.read(address, {
      signal: AbortSignal.timeout(120_000),
      tell: (step) => events.emit({ type: 'step', step }),
      ...(token !== undefined && { token }),
    })
    reading
      .then(async (read) => {
        const pending = await host.registrations.add(user, { address, ...read })
        events.emit({ type: 'end', registration: await presentation.registration(user, pending) })
      })
      .catch((error) => host.options.log.error({ err: error }, 'a registration failed'))
      .finally(() => events.end())
    answerEvents(ctx, (signal) => events.listen(signal))
  })

  router.get('/api/registrations/:id', async (ctx) => {
    const user = userOf(ctx)
    ctx.body = await presentation.registration(user, await host.registrations.get(user, part(ctx, 'id')))
  })

  router.post('/api/registrations/:id/approve', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await approve(host, user, part(ctx, 'id'), bodyOf(ctx, Approval), presentation)
    ctx.body = await presentation.detail(user, plugin)
  })

  router.post('/api/plugins/:id/refresh', async (ctx) => {
    const user = userOf(ctx)
    const plugin = await host.plugins.owned(user, part(ctx, 'id'))
    const events = new EventStream<RegistrationEvent>()
    readAgain(host, user, plugin, (step) => events.emit({ type: 'step', step }))
      .then(async (pending) =>
        events.emit({ type: 'end', registration: await presentation.registration(user, pending) }),
      )
      .catch((error) => host.options.log.error({ err: error }, 'a refresh failed'))
      .finally(() => events.end())
    answerEvents(ctx, (signal) => events.listen(signal))
  })

  router.get('/api/workspace', async (ctx) => {
    const user = userOf(ctx)
    ctx.body = host.workspace ? await host.workspace.list(user) : []
  })

  router.post('/api/workspace/:name', async (ctx) => {
    const user = userOf(ctx)
    if (!host.workspace) throw new Problem(404, 'There are no plugins beside this host: type the address of one')
    const { workspace } = host
    const local = workspace.find(part(ctx, 'name'))
    const events = new EventStream<RegistrationEvent>()
    workspace
      .register(user, local, presentation, (step) => events.emit({ type: 'step', step }))
      .then((registration) => events.emit({ type: 'end', registration }))
      .catch((error) => host.options.log.error({ err: error }, 'a registration failed'))
      .finally(() => events.end())
    answerEvents(ctx, (signal) => events.listen(signal))
  })
}
