import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { test } from 'node:test'
import { createApp, createLog, definePlugin, userOperation } from '@reference-plugins/core'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import supertest from 'supertest'
import { z } from 'zod'
import { createAuthorizationServer, oauthMigrations } from '../src/index.ts'
import { chat, scopes } from './fixture.ts'

test('behind an https proxy every cookie is secure and every URL is public', async () => {
  const publicUrl = 'https://diary.example.com'
  const database = await openDatabase(temporaryDatabase(), oauthMigrations)
  const server = await createAuthorizationServer({ publicUrl, title: 'Diary', database, scopes, clients: [chat] })
  const plugin = definePlugin({
    name: 'diary',
    title: 'Diary',
    descriptionForHuman: 'Keep a diary.',
    descriptionForModel: 'Keeps a diary.',
    conversationStarters: ['What can you do?'],
    contactEmail: 'diary@example.com',
    folder: new URL('../../core/test/fixture/', import.meta.url),
    auth: server.auth,
    mounts: server.mounts,
    operations: {
      readDiary: userOperation('GET /diary', {
        openWorld: false,
        summary: 'Read',
        scope: 'diary:read',
        input: z.object({}),
        output: z.object({}),
        handler: () => ({}),
      }),
    },
  })
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), proxies: 1 })
  const agent = supertest(app.callback() as unknown as Server)
  const get = (path: string) => agent.get(path).set('Host', 'diary.example.com').set('X-Forwarded-Host', 'evil.example')

  const query = new URLSearchParams({
    response_type: 'code',
    client_id: chat.id,
    redirect_uri: chat.redirectUris[0] as string,
  })
  const begun = await get(`/oauth/authorize?${query}`).expect(303)
  assert.match(begun.headers.location as string, /^\/oauth\/interaction\//)
  const cookies = begun.get('Set-Cookie') as string[]
  assert.ok(cookies.length >= 2)
  for (const cookie of cookies) {
    assert.match(cookie, /^__Secure-/)
    for (const attribute of [/; secure/i, /; httponly/i, /; samesite=lax/i]) assert.match(cookie, attribute)
  }
  const jar = cookies.map((cookie) => cookie.split(';')[0]).join('; ')
  const page = `${begun.headers.location}?new=1`
  await get(page).set('Cookie', jar).expect(200)
  const signedUp = await agent
    .post(page)
    .set({ Host: 'diary.example.com', Cookie: jar, Origin: publicUrl })
    .type('form')
    .send({ action: 'sign-up', name: 'ada', password: 'correct horse battery' })
    .expect(303)
  const signIn = (signedUp.get('Set-Cookie') as string[]).find((cookie) => cookie.startsWith('__Host-sign-in='))
  assert.match(signIn ?? '', /; Path=\/; HttpOnly; SameSite=Lax; .*Secure$/)
  const { body } = await get('/.well-known/oauth-authorization-server/oauth').expect(200)
  assert.ok(!JSON.stringify(body).includes('evil') && !JSON.stringify(body).includes('http:'))
  await server.close()
  await database.close()
})
