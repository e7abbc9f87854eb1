import { type Answer, exchange, type RequestOptions } from '../../calls/exchange.ts'
import type { Report } from '../../rules/finding.ts'
import type { Code } from '../../rules/rules.ts'
import { onServer } from '../../spec/servers.ts'
import { asObject, type Schema } from '../../spec/spec.ts'
import { checkMetadata } from './oauth-metadata.ts'

const elsewhere = 'https://callback.contract-tester.example/callback'

/** Checks what an authorization server refuses, and how, without being a client of it. */
export async function checkOAuth(manifest: Schema, baseUrl: string, report: Report): Promise<void> {
  const auth = asObject(manifest.auth)
  if (auth.type !== 'oauth') return
  const own = (url: unknown): string | undefined =>
    typeof url === 'string' && URL.canParse(url) && isSame(url, manifest) ? onServer(url, baseUrl) : undefined
  const [authorize, token] = [own(auth.client_url), own(auth.authorization_url)]
  if (authorize === undefined || token === undefined)
    return report.skip('oauth', 'refusals', 'the authorization server is on another domain')
  await checkAuthorize(authorize, report)
  await checkToken(token, report)
  await checkMetadata(auth, baseUrl, report)
}

async function checkAuthorize(url: string, report: Report): Promise<void> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'unknown-to-you',
    redirect_uri: elsewhere,
    state: 's',
    scope: '',
  })
  const target = `${url}${url.includes('?') ? '&' : '?'}${query}`
  const answer = await send(target, {}, report)
  if (!answer) return report.add('oauth-refusal', 'client_url', 'it does not answer', { curl: `curl -i '${target}'` })
  const more = { curl: `curl -i '${target}'` }
  if (answer.status >= 500)
    report.add('server-error', 'client_url', `an unknown client is answered with ${answer.status}`, more)
  if ((answer.headers.location ?? '').startsWith(new URL(elsewhere).origin))
    report.add('oauth-redirect', 'client_url', 'an unknown client is redirected to the callback that it names', more)
}

async function checkToken(url: string, report: Report): Promise<void> {
  const parameters = {
    grant_type: 'authorization_code',
    client_id: 'unknown-to-you',
    client_secret: 'made-up',
    code: 'made-up',
    redirect_uri: elsewhere,
  }
  const form = 'application/x-www-form-urlencoded'
  const { client_id, client_secret } = parameters
  const refresh = { grant_type: 'refresh_token', refresh_token: 'made-up', client_id, client_secret }
  const cases: [what: string, type: string, body: string][] = [
    ['an invalid code', form, new URLSearchParams(parameters).toString()],
    ['an invalid code as JSON', 'application/json', JSON.stringify(parameters)],
    ['an invalid refresh token', form, new URLSearchParams(refresh).toString()],
    ['an unknown grant_type', form, new URLSearchParams({ ...parameters, grant_type: 'made-up' }).toString()],
    ['an empty body', form, ''],
    ['invalid JSON', 'application/json', '{'],
  ]
  for (const [what, type, body] of cases) {
    const answer = await send(url, { method: 'POST', headers: { 'content-type': type }, body }, report)
    const curl = `curl -i -X POST '${url}' -H 'content-type: ${type}' -d '${body}'`
    const say = (code: Code, detail: string) => report.add(code, 'authorization_url', detail, { curl })
    if (!answer) return say('oauth-refusal', 'it does not answer')
    const says = `${what} is answered with ${answer.status}`
    const hasError = typeof asObject(answer.json).error === 'string'
    if (answer.status >= 500) say('server-error', says)
    else if (answer.status < 300) say('oauth-any-code', says)
    else if (![400, 401, 413, 415, 429].includes(answer.status) || !hasError)
      say('oauth-refusal', hasError ? says : `${says} and without a member "error"`)
  }
  await checkGet(url, parameters, report)
}

/** RFC 6749, section 3.2: the client must use POST. */
async function checkGet(url: string, parameters: Record<string, string>, report: Report): Promise<void> {
  const target = `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters)}`
  const answer = await send(target, {}, report)
  const more = { curl: `curl -i '${target}'` }
  if (answer && answer.status >= 500 && answer.status !== 501)
    report.add('server-error', 'authorization_url', `GET is answered with ${answer.status}`, more)
  else if (answer && answer.status < 300 && asObject(answer.json).access_token !== undefined)
    report.add('oauth-method', 'authorization_url', 'GET is answered with a token', more)
}

/** Whether a URL belongs to the plugin itself, by its public address. */
const isSame = (url: string, manifest: Schema): boolean => {
  const api = asObject(manifest.api).url
  return typeof api === 'string' && URL.canParse(api) && new URL(url).hostname === new URL(api).hostname
}

async function send(url: string, options: RequestOptions, report: Report): Promise<Answer | undefined> {
  report.calls++
  return exchange(url, options).catch(() => undefined)
}
