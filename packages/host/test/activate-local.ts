import assert from 'node:assert/strict'
import { walkToCallback } from '@reference-plugins/contract'
import type { WorkspacePlugin } from '@reference-plugins/testing/processes'
import type { PluginDetail, RegistrationEvent } from '../src/wire.ts'
import type { Browser } from './fixture.ts'

/** Registers a plugin of this repository and activates it, signing in where it asks for that. */
export async function activateLocal(browser: Browser, local: WorkspacePlugin): Promise<PluginDetail> {
  const address = local.url.replace('http://', '').replace('127.0.0.1', 'localhost')
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address })).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end))
  const { type } = end.registration.plugin?.auth ?? {}
  const input = type === 'service_http' ? { serviceToken: local.token } : {}
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, input)
  if (type === 'oauth') {
    const { url } = await browser.send<{ url: string }>('POST', `/api/plugins/${id}/sign-in`, {})
    const callback = new URL(url).searchParams.get('redirect_uri') as string
    await browser.raw('GET', (await walkToCallback(url, callback, local.oauth?.signIn)).href)
  } else await browser.send('PUT', `/api/plugins/${id}/activation`, type === 'user_http' ? { token: local.token } : {})
  const plugin = await browser.get<PluginDetail>(`/api/plugins/${id}`)
  assert.equal(plugin.activation, 'active')
  return plugin
}
