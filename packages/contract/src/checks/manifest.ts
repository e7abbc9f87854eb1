import type { Report } from '../finding.ts'
import { asArray, asObject, type Schema } from '../spec.ts'

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
    report.add('manifest-limit', 'manifest', `${name} ${detail}`, { pointer: `/${name}` })
  for (const name of texts) {
    const value = manifest[name]
    const longest = limits[name] ?? Number.POSITIVE_INFINITY
    if (typeof value !== 'string' || value === '')
      member(name, `${name} is ${value === undefined ? 'missing' : 'not text'}`)
    else if (Array.from(value).length > longest)
      limit(name, `has ${Array.from(value).length} characters; all assistants read ${longest}`)
  }
  const { schema_version: version, name_for_model: model, description_for_human: description } = manifest
  if (version !== undefined && version !== 'v1')
    member(
      'schema_version',
      `schema_version is ${JSON.stringify(version)} and not "v1"${String(version).startsWith('v2') ? ': that is the manifest of Microsoft 365 Copilot, a different document' : ''}`,
    )
  if (typeof model === 'string' && !/^[A-Za-z0-9]+$/.test(model))
    limit('name_for_model', 'has characters other than letters and digits')
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
  checkAuth(asObject(manifest.auth), member)
}

function checkAuth(auth: Schema, member: (name: string, detail: string) => void): void {
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
}

/** The manifest and the spec must describe the same authentication. */
export function checkAgreement(manifest: Schema, spec: Schema, report: Report): void {
  const { type } = asObject(manifest.auth)
  const schemes = Object.values(asObject(asObject(spec.components).securitySchemes)).map(asObject)
  const isSecured =
    asArray(spec.security).length > 0 ||
    Object.values(asObject(spec.paths)).some((item) =>
      Object.values(asObject(item)).some((one) => asArray(asObject(one).security).length > 0),
    )
  const say = (detail: string) => report.add('manifest-auth', 'manifest', detail, { pointer: '/auth' })
  if (type === 'none' && isSecured) say('the manifest says none, and the spec requires a token')
  if (type !== undefined && type !== 'none' && schemes.length > 0 && !isSecured)
    say(`the manifest says ${type}, and no operation of the spec is secured`)
  const { authorization_type: scheme } = asObject(manifest.auth)
  const http = schemes.find((one) => one.type === 'http')
  if (http && typeof scheme === 'string' && String(http.scheme).toLowerCase() !== scheme)
    say(`the manifest says ${scheme}, and the spec says ${http.scheme}`)
}

const isWebUrl = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
