import type { Report } from '../../rules/finding.ts'
import type { Severity } from '../../rules/rules.ts'
import { asObject, type Schema, type Spec } from '../../spec/spec.ts'

const texts = [
  'schema_version',
  'name_for_human',
  'name_for_model',
  'description_for_human',
  'description_for_model',
  'logo_url',
  'contact_email',
  'legal_info_url',
]
const limits: Record<string, number> = {
  name_for_human: 20,
  name_for_model: 50,
  description_for_human: 100,
  description_for_model: 2048,
}
const authMembers: Record<string, string[]> = {
  none: [],
  user_http: ['authorization_type'],
  service_http: ['authorization_type', 'verification_tokens'],
  oauth: ['client_url', 'scope', 'authorization_url', 'authorization_content_type', 'verification_tokens'],
}

/** Judges `ai-plugin.json`, schema v1, without other documents. */
export function checkManifest(manifest: Schema, report: Report): void {
  const member = (name: string, detail: string) =>
    report.add('manifest-member', 'manifest', detail, { pointer: `/${name}` })
  const limit = (name: string, detail: string) =>
    report.add('manifest-limit', 'manifest', `${name} ${detail}`, {
      pointer: `/${name}`,
      expected: limits[name] === undefined ? undefined : `${name} of at most ${limits[name]} characters`,
    })
  for (const name of texts) {
    const value = manifest[name]
    const longest = limits[name] ?? Number.POSITIVE_INFINITY
    if (typeof value !== 'string' || value.trim() === '')
      member(name, `${name} is ${value === undefined ? 'missing' : value === '' ? 'empty' : 'not text'}`)
    else if (Array.from(value).length > longest)
      limit(name, `has ${Array.from(value).length} characters; all assistants read ${longest}`)
  }
  const { schema_version: version, name_for_model: model, description_for_human: description } = manifest
  if (version !== undefined && version !== 'v1')
    member(
      'schema_version',
      `schema_version is ${JSON.stringify(version)} and not "v1"${String(version).startsWith('v2') ? ': that is the manifest of Microsoft 365 Copilot, a different document' : ''}`,
    )
  if (typeof model === 'string' && !/^\w+$/.test(model))
    limit('name_for_model', 'has characters other than letters, digits and _')
  for (const name of ['name_for_human', 'name_for_model', 'description_for_human'])
    if (/plugin|chatgpt|openai/i.test(String(manifest[name] ?? '')))
      limit(name, 'contains "plugin", "ChatGPT" or "OpenAI", which the store refused')
  if (typeof description === 'string' && !/[.!?。！？]$/.test(description))
    limit('description_for_human', 'does not end with a full stop')
  for (const name of ['logo_url', 'legal_info_url'])
    if (typeof manifest[name] === 'string' && !isWebUrl(manifest[name])) member(name, `${name} is not a URL`)
  if (typeof manifest.contact_email === 'string' && !/^[^@\s]+@[^@\s]+$/.test(manifest.contact_email))
    member('contact_email', 'contact_email is not an email address')
  const api = asObject(manifest.api)
  if (api.type !== 'openapi') member('api/type', 'api.type is not "openapi"')
  if (typeof api.url !== 'string' || !isWebUrl(api.url)) member('api/url', 'api.url is not a URL')
  if (manifest.auth === undefined) member('auth', 'auth is missing')
  else checkAuth(asObject(manifest.auth), member, limit)
  for (const [name, url] of [
    ['api/url', api.url],
    ...['logo_url', 'legal_info_url'].map((one) => [one, manifest[one]]),
  ])
    if (isPlain(url)) limit(String(name), `is ${url}: assistants demand https`)
}

type Say = (name: string, detail: string) => void

function checkAuth(auth: Schema, member: Say, limit: Say): void {
  const expected = authMembers[String(auth.type)]
  if (!expected)
    return void member(
      'auth/type',
      `auth.type is ${JSON.stringify(auth.type)}; it must be none, user_http, service_http or oauth`,
    )
  for (const name of expected) if (auth[name] === undefined) member(`auth/${name}`, `auth.${name} is missing`)
  if (expected.includes('authorization_type') && !['bearer', 'basic'].includes(String(auth.authorization_type)))
    member('auth/authorization_type', 'auth.authorization_type must be bearer or basic')
  for (const name of ['client_url', 'authorization_url'])
    if (expected.includes(name) && auth[name] !== undefined && !isWebUrl(auth[name]))
      member(`auth/${name}`, `auth.${name} is not a URL`)
  if (
    expected.includes('authorization_content_type') &&
    !/^application\/(json|x-www-form-urlencoded)$/.test(String(auth.authorization_content_type ?? 'application/json'))
  )
    member(
      'auth/authorization_content_type',
      'auth.authorization_content_type must be application/json or application/x-www-form-urlencoded',
    )
  if (expected.includes('scope') && auth.scope !== undefined && typeof auth.scope !== 'string')
    member('auth/scope', 'auth.scope is not text')
  checkTokens(auth, expected, member)
  for (const name of ['client_url', 'authorization_url'])
    if (isPlain(auth[name])) limit(`auth/${name}`, `is ${auth[name]}: assistants demand https`)
  if (auth.client_url !== undefined && auth.client_url === auth.authorization_url)
    limit('auth/authorization_url', 'is the page for users: it must be the endpoint for tokens')
  if (auth.instructions !== undefined && typeof auth.instructions !== 'string')
    member('auth/instructions', 'auth.instructions is not text')
}

function checkTokens(auth: Schema, expected: readonly string[], member: Say): void {
  const { verification_tokens: tokens } = auth
  if (tokens === undefined || !expected.includes('verification_tokens')) return
  if (tokens === null || typeof tokens !== 'object' || Array.isArray(tokens))
    return void member('auth/verification_tokens', 'auth.verification_tokens is not an object')
  for (const [name, token] of Object.entries(tokens))
    if (typeof token !== 'string' || token === '')
      member(`auth/verification_tokens/${name}`, `auth.verification_tokens.${name} is not text`)
}

/** The manifest and the spec must describe the same authentication. */
export function checkAgreement(manifest: Schema, spec: Spec, report: Report): void {
  const { document, operations, follow, servers } = spec
  checkServer(asObject(manifest.api).url, servers[0], spec.base, report)
  const { type, authorization_type: scheme, scope, client_url, authorization_url } = asObject(manifest.auth)
  const known = document.swagger ? document.securityDefinitions : asObject(document.components).securitySchemes
  const schemes = Object.values(asObject(known)).map((one) => asObject(follow(one)))
  const isSecured = operations.some(({ isProtected }) => isProtected)
  const say = (detail: string, severity?: Severity, expected?: string) =>
    report.add('manifest-auth', 'manifest', detail, { pointer: '/auth', severity, expected })
  if (type === 'none' && isSecured) say('the manifest says none, and the spec requires a token')
  if (type === undefined || type === 'none') return
  if (schemes.length > 0 && operations.length > 0 && !isSecured)
    say(`the manifest says ${type}, and no operation of the spec is secured`)
  const http = schemes.find((one) => one.type === 'http')
  if (http && typeof scheme === 'string' && String(http.scheme).toLowerCase() !== scheme)
    say(`the manifest says ${scheme}, and the spec says ${http.scheme}`)
  const key = schemes.find((one) => one.type === 'apiKey')
  if (key && schemes.length === 1 && !(key.in === 'header' && /^authorization$/i.test(String(key.name))))
    say(`assistants send the token as Authorization, and the spec wants it as ${key.in} ${key.name}`, 'warning')
  for (const flow of schemes.flatMap((one) => Object.values(asObject(one.flows))).map(asObject)) {
    if (type !== 'oauth') continue
    if (differ(client_url, flow.authorizationUrl))
      say('client_url is not the authorizationUrl of the spec', 'warning', `client_url: ${flow.authorizationUrl}`)
    if (differ(authorization_url, flow.tokenUrl))
      say('authorization_url is not the tokenUrl of the spec', 'warning', `authorization_url: ${flow.tokenUrl}`)
    const scopes = Object.keys(asObject(flow.scopes))
    const unknown = String(scope ?? '')
      .split(' ')
      .find((one) => one !== '' && scopes.length > 0 && !scopes.includes(one))
    if (unknown !== undefined) say(`the scope ${unknown} is not in the spec`, 'warning')
  }
}

/** Assistants call only what is on the domain of the plugin. Where the spec is elsewhere, that is said already. */
function checkServer(api: unknown, server: string | undefined, base: string, report: Report): void {
  const [described, called, tested] = [String(api), String(server), base].map((url) => URL.parse(url)?.hostname)
  const domainOf = (host: string) => (/^[\d.]+$/.test(host) ? host : host.split('.').slice(-2).join('.'))
  if (!described || !called || described !== tested || domainOf(described) === domainOf(called)) return
  const detail = `the server is on ${called}, and the manifest has the spec on ${described}`
  report.add('spec-server', 'spec', detail, { pointer: '/servers', severity: 'warning' })
}

/** Whether two addresses are different pages; those in a spec may be relative. */
function differ(one: unknown, other: unknown): boolean {
  if (typeof one !== 'string' || typeof other !== 'string') return false
  const pathOf = (url: string) => URL.parse(url, 'http://a.invalid')?.pathname.replace(/\/$/, '')
  return pathOf(one) !== pathOf(other)
}

/** A URL of http that is not on this machine or in its network. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'string' && /^http:/i.test(value) && !isLocalName(URL.parse(value)?.hostname ?? 'localhost')

const isLocalName = (name: string): boolean =>
  !name.includes('.') || /^[\d.]+$|\.(local|localhost|internal|test|example)$/.test(name)

const isWebUrl = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
