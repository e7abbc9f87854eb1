import assert from 'node:assert/strict'
import { walkToCallback } from '@reference-plugins/contract'
import type { PluginDetail, RegistrationEvent } from '../src/wire.ts'
import type { Browser } from './fixture.ts'
import type { LocalPlugin } from './local-plugins/local-plugins.ts'

/** Registers a plugin of this repository and activates it, with a sign-in if it requires one. */
export async function activateLocal(browser: Browser, local: LocalPlugin): Promise<PluginDetail> {
  const { address } = local
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address })).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end))
  const { type } = end.registration.plugin?.auth ?? {}
  const input = type === 'service_http' ? { serviceToken: local.token } : {}
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, input)
  if (type === 'oauth') {
    const { url } = await browser.send<{ url: string }>('POST', `/api/plugins/${id}/sign-in`, {})
    const callback = new URL(url).searchParams.get('redirect_uri') as string
    await browser.raw('GET', (await walkToCallback(url, callback, local.signIn)).href)
  } else await browser.send('PUT', `/api/plugins/${id}/activation`, type === 'user_http' ? { token: local.token } : {})
  const plugin = await browser.get<PluginDetail>(`/api/plugins/${id}`)
  assert.equal(plugin.activation, 'active')
  return plugin
}
