import type { Granted, TokenAnswer } from '../../oauth/driver.ts'
import type { Flow } from '../../oauth/flow.ts'
import { SignInFailed } from '../../oauth/walk.ts'
import { asArray } from '../../spec/spec.ts'

/** From here on, a number is a time in milliseconds or a date. */
const longestLife = 1e9
/** In seconds. A thousand times as much is none that anybody chooses. */
const commonLives = [300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400]
const shortestSecret = 16

/** The redirect to the client: code, state and issuer. */
export function checkGranted(flow: Flow, { answer, fragment, state }: Granted): void {
  const error = answer.get('error') ?? fragment.get('error')
  if (error !== null) throw new SignInFailed(`it ends with the error ${error} ${answer.get('error_description') ?? ''}`)
  if (fragment.has('access_token') || answer.has('access_token'))
    flow.add('oauth-implicit', 'response_type=code is answered with an access_token in the redirect')
  const code = answer.get('code')
  if (!code) throw new SignInFailed('the redirect to the client has no code')
  if (code.length < shortestSecret) flow.add('oauth-guessable', `the code has ${code.length} characters`)
  checkState(flow, answer, state)
  const { issuer } = flow.endpoints
  const given = answer.get('iss')
  if (issuer !== undefined && given !== issuer)
    flow.add('oauth-issuer', `the metadata announces iss=${issuer}, and it is ${given ?? 'missing'}`)
}

export function checkState(flow: Flow, answer: URLSearchParams, state: string): void {
  if (answer.get('state') !== state)
    flow.add('oauth-state', `state was returned as ${answer.get('state') ?? 'nothing'}`)
}

/** What a browser is told about the pages of the sign-in. */
export function checkPages(flow: Flow, { pages }: Granted): void {
  for (const { url, headers, isForm } of pages) {
    const { pathname, protocol } = new URL(url)
    const policy = String(headers['content-security-policy'] ?? '')
    const isFramed = !headers['x-frame-options'] && !/frame-ancestors/i.test(policy)
    if (isForm && isFramed)
      flow.add('oauth-framing', `${pathname} has neither X-Frame-Options nor frame-ancestors in its policy`)
    for (const cookie of headers['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = cookie.split(';').map((one) => one.trim().toLowerCase())
      const name = pair.split('=')[0] ?? ''
      // A token against forged requests may be read by a script.
      if (!/sess|sid|auth|login|user/.test(name) || /csrf|xsrf/.test(name)) continue
      const has = (word: string) => attributes.some((one) => one.startsWith(word))
      const missing = ['httponly', 'samesite', ...(protocol === 'https:' ? ['secure'] : [])].filter((one) => !has(one))
      if (missing.length > 0) flow.add('oauth-cookie', `the cookie ${name} has no ${missing.join(' and no ')}`)
    }
  }
}

/**
 * RFC 6749, section 5.1.
 * @returns whether there is a token
 */
export function checkTokenAnswer(flow: Flow, { status, headers, json }: TokenAnswer, what: string): boolean {
  const says = `${what} is answered with ${status}`
  const say = (detail: string) => flow.add('oauth-token-answer', detail)
  const { access_token: access, token_type: type, expires_in: life, refresh_token: refresh, scope } = json
  if (status !== 200) say(`${says}: ${String(json.error ?? 'the answer has no member error')}`)
  if (status >= 300) return false
  if (typeof access !== 'string' || access === '') {
    say(`${says} and no access_token`)
    return false
  }
  const media = String(headers['content-type'] ?? 'no media type')
  if (!/^application\/json\b/i.test(media)) say(`the tokens are sent as ${media}`)
  if (!/^bearer$/i.test(String(type))) say(`token_type is ${String(type ?? 'missing')}`)
  if (life === undefined) flow.add('oauth-expires-in', 'expires_in is missing')
  else if (typeof life !== 'number' || !Number.isInteger(life)) say('expires_in is not a whole number')
  else if (life <= 0) say(`expires_in is ${life}`)
  else if (commonLives.includes(life / 1000))
    flow.note('oauth-token-answer', `expires_in is ${life}, which is ${life / 1000} seconds in milliseconds`)
  else if (life > longestLife) say(`expires_in is ${life}: it must be in seconds from now`)
  const { grant_types_supported: grants } = flow.endpoints.metadata
  if (refresh === undefined && asArray(grants).includes('refresh_token'))
    flow.note('oauth-token-answer', 'refresh_token is missing, and the metadata announces the grant refresh_token')
  if (refresh !== undefined && (typeof refresh !== 'string' || refresh === '')) say('refresh_token is not text')
  if (scope !== undefined && typeof scope !== 'string') say('scope is not a text with spaces between the scopes')
  // RFC 6750, section 2.1: others cannot stand in the Authorization header.
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(access)) say('access_token has characters that no header can carry')
  for (const [name, value] of Object.entries({ access_token: access, refresh_token: refresh }))
    if (typeof value === 'string' && value !== '' && value.length < shortestSecret)
      flow.add('oauth-guessable', `the ${name} has ${value.length} characters`)
  if (!/no-store/i.test(headers['cache-control'] ?? ''))
    flow.add('oauth-token-cache', `Cache-Control is ${headers['cache-control'] ?? 'missing'}, not no-store`)
  return true
}
