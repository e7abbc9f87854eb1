import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOAuthFlow } from '../src/checks/oauth/oauth-flow.ts'
import { checkPlugin, Report } from '../src/index.ts'
import { readOAuthSettings } from '../src/oauth/settings.ts'
import { type FlowDefect, flowMutants, serveAuthorization, settings } from './authorization-server.ts'
import { checkAll } from './check-all.ts'

const check = async (defect?: FlowDefect, oauth = settings, lifetime?: number) => {
  const server = await serveAuthorization(defect, lifetime)
  try {
    return await checkPlugin({ baseUrl: server.url, oauth, maxTime: 60 })
  } finally {
    server.close()
  }
}

/** Checks the sign-in alone. */
async function checkSignIn(defect: FlowDefect): Promise<Report> {
  const { url, close } = await serveAuthorization(defect)
  const report = new Report()
  const manifest = (await (await fetch(`${url}/.well-known/ai-plugin.json`)).json()) as Record<string, unknown>
  const probe = async (token: string) => {
    const answer = await fetch(`${url}/counter`, { headers: { authorization: `Bearer ${token}` } })
    return { status: answer.status, text: await answer.text() }
  }
  try {
    await checkOAuthFlow(manifest, url, settings, report, probe)
    return report
  } finally {
    close()
  }
}

const defects = Object.keys(flowMutants) as FlowDefect[]
const reportOf = await checkAll(defects, (defect) =>
  flowMutants[defect].startsWith('oauth-') ? checkSignIn(defect) : check(defect),
)

test('a correct authorization server has no finding, and its tokens reach the operations', async () => {
  const report = await check()
  assert.deepEqual(report.findings, [])
  assert.deepEqual([...report.answered].sort(), ['count', 'getCount'])
  assert.deepEqual(report.untested, [])
})

test('tokens that end during the run are replaced', async () => {
  const report = await check(undefined, settings, 2)
  assert.deepEqual(report.findings, [])
  assert.deepEqual([...report.answered].sort(), ['count', 'getCount'])
})

test('without a manifest, the sign-in is the one that the spec describes', async () => {
  const server = await serveAuthorization(undefined, 3600, true)
  const report = await checkPlugin({ baseUrl: server.url, manifest: 'none', oauth: settings, maxTime: 60 })
  server.close()
  assert.deepEqual(report.findings, [])
  assert.deepEqual([...report.answered].sort(), ['count', 'getCount'])
  assert.deepEqual(report.untested, [])
})

test('without a second client and without users, what could not be tried is said', async () => {
  const { clientId, clientSecret, redirectUri, signIn } = settings
  const report = await check(undefined, { clientId, clientSecret, redirectUri, signIn })
  assert.deepEqual(report.findings, [])
  assert.deepEqual(
    report.untested.map(({ what }) => what),
    ['codes of another client', 'isolation'],
  )
})

test('a wrong password is said with the page where it ends', async () => {
  const { findings } = await check(undefined, { ...settings, signIn: { username: 'ada', password: 'wrong' } })
  assert.match(
    findings.map(({ code, detail }) => `${code} ${detail}`).join(),
    /oauth-flow .*"Try again" at \/authorize/,
  )
})

for (const defect of defects) {
  const code = flowMutants[defect]
  test(`${defect} is found as ${code}`, () => {
    const { findings } = reportOf(defect)
    assert.ok(
      findings.some((finding) => finding.code === code),
      findings.map((one) => `${one.code} ${one.subject}: ${one.detail}`).join('\n') || 'nothing was found',
    )
  })
}

test('settings say what is wrong in them, and take secrets from the environment', () => {
  const good = { clientId: 'a', redirectUri: 'https://a.example/callback' }
  process.env.TEST_SECRET = 'x'
  assert.equal(readOAuthSettings({ ...good, clientSecret: '$TEST_SECRET' }).clientSecret, 'x')
  assert.throws(
    () => readOAuthSettings({ ...good, clientSecret: '$NOT_THERE' }),
    /oauth.clientSecret needs .* NOT_THERE/,
  )
  assert.throws(() => readOAuthSettings({ ...good, client_secret: 'x' }), /oauth.client_secret is not known/)
  assert.throws(() => readOAuthSettings({ ...good, signIn: 'ada' }), /oauth.signIn must be an object/)
  assert.throws(() => readOAuthSettings({ ...good, secondClient: { clientId: 'b' } }), /redirectUri must be a URL/)
  assert.throws(() => readOAuthSettings({ redirectUri: 'https://a.example' }), /clientId is missing/)
})
