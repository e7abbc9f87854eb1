import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as openid from 'openid-client'
import { setSignInCookie, signInCookie } from '../src/sign-in-cookie.ts'
import { type Diary, desktop, serveDiary, web } from './fixture.ts'
import { getTokens, signUp } from './flow.ts'
import { signInByMcp } from './mcp-sign-in.ts'

const base = '/apps/diary'
const isBelow = (target: string) => target === base || target.startsWith(`${base}/`)

/** What proxies do: keep the path or remove it, and pass on the well-known documents at the root of the domain or not. */
const proxies: Record<string, (target: string) => string | undefined> = {
  'keeps the path': (target) =>
    isBelow(target) || /^\/\.well-known\/[^/]+\/apps\/diary/.test(target) ? target : undefined,
  'removes the path': (target) => (isBelow(target) ? target.slice(base.length) || '/' : target),
  'keeps the path, and has the root of the domain to itself': (target) => (isBelow(target) ? target : undefined),
  'removes the path, and has the root of the domain to itself': (target) =>
    isBelow(target) ? target.slice(base.length) || '/' : undefined,
}

for (const [kind, proxy] of Object.entries(proxies))
  describe(`behind a proxy that ${kind}`, () => {
    const hasRoot = !kind.includes('to itself')
    let diary: Diary
    before(async () => {
      diary = await serveDiary({ base, proxy, registration: true })
    })
    after(() => diary.close())

    const at = async (place: string) => {
      const answer = await fetch(`${new URL(diary.url).origin}${place}`)
      return {
        status: answer.status,
        body: answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : undefined,
      }
    }

    test('the metadata is where RFC 8414, RFC 9728 and OpenID Connect look for it', async () => {
      const issuer = `${diary.url}/oauth`
      for (const [place, isAtRoot] of [
        ['/.well-known/oauth-authorization-server/apps/diary/oauth', true],
        ['/.well-known/openid-configuration/apps/diary/oauth', true],
        ['/apps/diary/oauth/.well-known/openid-configuration', false],
        ['/apps/diary/oauth/.well-known/oauth-authorization-server', false],
        ['/apps/diary/.well-known/oauth-authorization-server', false],
      ] as const) {
        const { status, body } = await at(place)
        assert.equal(status, isAtRoot && !hasRoot ? 404 : 200, place)
        if (!body) continue
        assert.equal(body.issuer, issuer)
        for (const name of ['authorization', 'token', 'registration', 'revocation'])
          assert.ok(String(body[`${name}_endpoint`]).startsWith(`${issuer}/`), name)
        assert.equal(body.jwks_uri, `${issuer}/jwks`)
      }
      for (const [place, resource] of [
        ['/.well-known/oauth-protected-resource/apps/diary', ''],
        ['/.well-known/oauth-protected-resource/apps/diary/mcp', '/mcp'],
        ['/apps/diary/.well-known/oauth-protected-resource', ''],
        ['/apps/diary/.well-known/oauth-protected-resource/mcp', '/mcp'],
        ['/apps/diary/mcp/.well-known/oauth-protected-resource', '/mcp'],
      ] as const) {
        const { status, body } = await at(place)
        assert.equal(status, place.startsWith('/.well-known') && !hasRoot ? 404 : 200, place)
        if (!body) continue
        assert.equal(body.resource, `${diary.url}${resource}`)
        assert.deepEqual(body.authorization_servers, [issuer])
      }
    })

    test('a challenge names metadata that can be read', async () => {
      for (const path of ['/diary', '/mcp']) {
        const { headers } = await fetch(`${diary.url}${path}`, { method: 'POST' })
        const place = /resource_metadata="([^"]*)"/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? ''
        const { resource } = (await (await fetch(place)).json()) as { resource: string }
        assert.equal(resource, path === '/mcp' ? `${diary.url}/mcp` : diary.url)
      }
    })

    if (hasRoot)
      for (const client of [desktop, web])
        test(`${client.name}: openid-client signs in, refreshes and revokes`, async () => {
          const browser = await signUp(diary, `ada of ${client.id}`)
          const { configuration, tokens, callback } = await getTokens(diary, client, browser)
          assert.equal(callback.searchParams.get('iss'), `${diary.url}/oauth`)
          assert.equal((await diary.call(tokens.access_token)).status, 200)
          const renewed = await openid.refreshTokenGrant(configuration, tokens.refresh_token as string)
          await openid.tokenRevocation(configuration, renewed.refresh_token as string)
          assert.equal((await diary.call(renewed.access_token)).status, 401)
        })

    test('openid-client finds it by OpenID Connect Discovery', async () => {
      const found = await openid.discovery(new URL(`${diary.url}/oauth`), desktop.id, undefined, openid.None(), {
        execute: [openid.allowInsecureRequests],
      })
      assert.equal(found.serverMetadata().token_endpoint, `${diary.url}/oauth/token`)
    })

    test('the official MCP client registers itself, signs in and lists the tools', async () => {
      const browser = await signUp(diary, 'mona')
      const { client, start, again } = await signInByMcp(`${diary.url}/mcp`, browser)
      assert.equal(start.searchParams.get('resource'), `${diary.url}/mcp`)
      assert.deepEqual(
        (await client.listTools()).tools.map(({ name }) => name),
        ['readDiary', 'writeDiary'],
      )
      await client.close()
      // Without a challenge it looks at the root of the domain alone.
      if (hasRoot) assert.equal(await again(), 'AUTHORIZED')
    })

    test('cookies, links and redirects stay below the path', async () => {
      const browser = await signUp(diary, 'nora')
      assert.equal(browser.url, `${diary.url}/oauth/apps`)
      assert.match(browser.page, /src="\/apps\/diary\/logo\.png"/)
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: 'desktop',
        redirect_uri: desktop.redirectUris[0] as string,
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      })
      const begun = await fetch(`${diary.url}/oauth/authorize?${query}`, { redirect: 'manual' })
      assert.match(begun.headers.get('location') ?? '', /^\/apps\/diary\/oauth\/interaction\//)
      const cookies = begun.headers.getSetCookie()
      assert.ok(cookies.length >= 3)
      for (const cookie of cookies) assert.match(cookie, /; path=\/apps\/diary(\/|;|$)/i)
      const form = await fetch(`${diary.url}/oauth/authorize`, { method: 'POST', body: query, redirect: 'manual' })
      assert.match(form.headers.get('location') ?? '', /^\/apps\/diary\/oauth\/authorize\?/)
      await browser.open(`/oauth/authorize?${query}`)
      assert.match(browser.page, /href="\/apps\/diary\/oauth\/apps"/)
      // The session of the provider and the sign-in are among them.
      assert.ok(browser.cookie('oauth') && browser.cookie('sign-in'))
      for (const path of browser.cookiePaths) assert.match(path, /^\/apps\/diary(\/|$)/)
      await browser.submit('sign-out')
      assert.match(browser.url, new RegExp(`^${diary.url}/oauth/interaction/`))
      await browser.open(`/oauth/authorize?${query}&redirect_uri=http://other.example/`)
      assert.equal(browser.status, 400)
      assert.match(browser.page, /src="\/apps\/diary\/logo\.png"/)
    })
  })

test('on https the cookie of the sign-in belongs to the path alone', async () => {
  const set = (publicUrl: string): string => {
    const lines: string[] = []
    setSignInCookie({ append: (_: string, line: string) => lines.push(line) } as never, publicUrl, 'secret')
    return lines.join()
  }
  assert.match(set('https://example.com/diary'), /^__Secure-sign-in=secret; Path=\/diary; .*; Secure$/)
  assert.match(set('https://example.com'), /^__Host-sign-in=secret; Path=\/; .*; Secure$/)
  assert.equal(signInCookie('http://localhost:1/diary'), 'sign-in')
})
