import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { walk, walkToCallback } from '../src/oauth/walk.ts'

const callback = 'https://client.example/callback'
const signIn = { username: 'ada', password: 'secret of ada' }

type Reply = { status?: number; headers?: Record<string, string>; body?: string }
type Pages = Record<string, (form: URLSearchParams, cookie: string, query: URLSearchParams) => Reply>

/** Serves the pages of a sign-in that starts at /authorize, and walks through them. */
async function walkThrough(pages: Pages, options: { isRefused?: boolean; signIn?: typeof signIn } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const form = new URLSearchParams(await text(request))
    const page = pages[`${request.method} ${pathname}`]
    const {
      status = 200,
      headers = {},
      body = '',
    } = page?.(form, request.headers.cookie ?? '', searchParams) ?? { status: 404 }
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const start = `http://127.0.0.1:${(server.address() as AddressInfo).port}/authorize`
  try {
    return await walk(start, [callback], options.signIn ?? signIn, options)
  } finally {
    server.close().closeAllConnections()
  }
}

const toCallback = { status: 302, headers: { location: `${callback}?code=x` } }
const isAda = (form: URLSearchParams, name: string, password: string) =>
  form.get(name) === signIn.username && form.get(password) === signIn.password

const refused: Reply = { status: 200, body: '<title>Wrong</title><p class="alert">Unknown user</p>' }

const pages: Record<string, Pages> = {
  'a page with hidden fields, a box to tick and links beside it': {
    'GET /authorize': () => ({
      body: `<form action="/search"><input name="q"><button>Search</button></form>
        <form id="kc-form-login" action="/login?session_code=a&amp;tab_id=b" method="post">
        <input id="username" name="username" value="" type="text" autofocus autocomplete="off">
        <input name="password" type="password" autocomplete="off">
        <input id="rememberMe" name="rememberMe" type="checkbox"> Remember me
        <input type="hidden" id="id-hidden-input" name="credentialId">
        <input tabindex="4" name="login" id="kc-login" type="submit" value="Sign In"/></form>
        <form action="/social/google" method="post"><button>Sign in with Google</button></form>`,
    }),
    'POST /login': (form, _, query) =>
      isAda(form, 'username', 'password') && form.has('credentialId') && query.get('tab_id') === 'b'
        ? toCallback
        : refused,
  },
  'the name first, and then the password': {
    'GET /authorize': () => ({
      body: '<form method="post" action="/name"><input type="email" name="identifier" required><button>Next</button></form>',
    }),
    'POST /name': (form) => ({
      body: `<form method="post" action="/password"><input type="text" name="identifier" value="${form.get('identifier')}" readonly>
        <input type="password" name="credential"><button name="action" value="back">Back</button><button name="action" value="go">Continue</button></form>`,
    }),
    'POST /password': (form) =>
      isAda(form, 'identifier', 'credential') && form.get('action') === 'go' ? toCallback : refused,
  },
  'a consent whose button is outside its form and has its own address': {
    'GET /authorize': () => ({
      body: `<form id="consent" method="post" action="/deny"><select name="account"><option value="1">One</option><option value="2" selected>Two</option></select>
        <input type="checkbox" name="scope" value="read" checked><textarea name="note">Hello</textarea></form>
        <button form="consent">Deny</button><button form="consent" formaction="/allow" name="ok" value="1">Allow access</button>`,
    }),
    'POST /allow': (form) =>
      form.get('account') === '2' && form.get('note') === 'Hello' && form.get('ok') === '1' ? toCallback : refused,
  },
  'a page that sends its form to the client by itself': {
    'GET /authorize': () => ({
      body: `<body onload="document.forms[0].submit()"><form method="post" action="${callback}"><input type="hidden" name="code" value="x"></form>`,
    }),
  },
  'a refresh, a script and JSON that lead on': {
    'GET /authorize': () => ({ body: '<meta http-equiv="refresh" content="0; url=/two?a=1&amp;b=2">' }),
    'GET /two': (_, __, query) =>
      query.get('b') === '2' ? { body: '<script>window.location.href = "/three";</script>' } : refused,
    'GET /three': () => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirectTo: `${callback}?code=x` }),
    }),
  },
  'a session in a cookie and a redirect with 307': {
    'GET /authorize': (_, cookie) =>
      cookie.includes('sid=1')
        ? toCallback
        : { status: 302, headers: { location: '/login', 'set-cookie': 'start=1; Path=/' } },
    'GET /login': () => ({
      body: '<form method="POST"><input name="user"><input name="pass" type="password"><button>Go</button></form>',
    }),
    'POST /login': () => ({ status: 307, headers: { location: '/session' } }),
    'POST /session': (form, cookie) =>
      isAda(form, 'user', 'pass') && cookie.includes('start=1')
        ? { status: 303, headers: { location: '/authorize', 'set-cookie': 'sid=1; Path=/; HttpOnly' } }
        : refused,
  },
}

for (const [what, served] of Object.entries(pages))
  test(`${what}: the walk ends at the client`, async () => {
    const { callback: end } = await walkThrough(served)
    assert.equal(end.searchParams.get('code'), 'x')
  })

test('the button that refuses is pressed on the page of consent, and not on that of the sign-in', async () => {
  const { callback: end, hasRefused } = await walkThrough(
    {
      'GET /authorize': (_, cookie) => ({
        body: cookie.includes('sid')
          ? '<form method="post" action="/consent"><button name="c" value="yes">Yes</button><button name="c" value="no">No, cancel</button></form>'
          : '<form method="post" action="/login"><input name="user"><input name="pass" type="password"><button>Sign in</button><button name="cancel" value="1">Cancel</button></form>',
      }),
      'POST /login': () => ({ status: 303, headers: { location: '/authorize', 'set-cookie': 'sid=1; Path=/' } }),
      'POST /consent': (form) => ({ status: 303, headers: { location: `${callback}?error=${form.get('c')}` } }),
    },
    { isRefused: true },
  )
  assert.deepEqual([end.searchParams.get('error'), hasRefused], ['no', true])
})

test('where it cannot go on, it says where and why', async () => {
  const body = (html: string): Pages => ({ 'GET /authorize': () => ({ body: html }) })
  const fails = (served: Pages, message: RegExp) => assert.rejects(walkThrough(served), message)
  await fails(
    body('<title>App</title><div id="root"></div><script src="/app.js"></script>'),
    /page 200 "App" at \/authorize .*without JavaScript/,
  )
  await fails(
    { 'GET /authorize': () => ({ headers: { 'content-type': 'application/json' }, body: '{"consent":"required"}' }) },
    /it is JSON, so give parameters/,
  )
  await fails(
    {
      ...body(
        '<form method="post"><input name="user"><input type="password" name="pass"><button>Sign in</button></form>',
      ),
      'POST /authorize': () => ({ status: 401, body: '<title>Sign in</title><p role="alert">Wrong password</p>' }),
    },
    /401 "Sign in" at \/authorize: Wrong password/,
  )
  await fails({}, /it ends with 404/)
  await assert.rejects(walkToCallback('http://127.0.0.1:9/authorize', callback, signIn), /does not answer/)
})
