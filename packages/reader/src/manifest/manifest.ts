import { httpUrl } from '../hosts/hosts.ts'
import type { PluginDocument } from '../plugin-document.ts'
import { DocumentRefused } from '../text/document-refused.ts'
import { readJson } from '../text/json-text.ts'
import { isObject, listOfAny, memberOf, objectOf, type Schema, wordOf } from '../text/members.ts'
import { fitName, shortHash } from '../text/names.ts'
import { cut, hasInvisible, listOf, plainLine, plainText, quote } from '../text/plain-text.ts'
import { type Repair, Repairs } from '../text/repairs.ts'
import { errorBody, membersFound, refuseOtherText } from '../text/text-kind.ts'
import { readManifestAuth } from './manifest-auth.ts'
import { type SpecAddress, specAddress } from './spec-address.ts'

/** A manifest with every text cleaned and within its limit, and every URL absolute. */
export interface ReadManifest extends Omit<PluginDocument, 'source' | 'server' | 'operations'> {
  /** Where it was read. */
  url: string
  specUrl: string
  /** Where the spec may be as well: a relative URL is often meant from the root. */
  otherSpecUrl?: string
}

export interface ManifestRead {
  manifest: ReadManifest
  repairs: Repair[]
}

const longestManifest = 2 ** 20

/**
 * Reads /.well-known/ai-plugin.json, in schema version v1 and in the variants that people publish.
 * @param url where the text was found; relative URLs in it are resolved against it.
 * @throws DocumentRefused where nothing can be called with it.
 */
export function readManifest(text: string, url: string): ManifestRead {
  if (text.length > longestManifest)
    throw new DocumentRefused('The manifest is over 1 MB. A manifest is a short file that gives the URL of the spec.')
  refuseOtherText(text, 'a manifest')
  const json = readJson(text, 'the manifest')
  const repairs = new Repairs('manifest')
  for (const message of json.repairs) repairs.add('', message)
  const found = unwrapped(json.value, repairs)
  refuseOthers(found)
  const names = readNames(found, url, repairs)
  const api = readApi(found, url, repairs)
  const auth = readManifestAuth(found.auth, url, repairs)
  const logoUrl = readLogo(found.logo_url, url, repairs)
  const legalInfoUrl = readPage(found.legal_info_url, url, repairs)
  const contactEmail = readEmail(found.contact_email, repairs)
  return {
    manifest: {
      url,
      ...names,
      ...(logoUrl && { logoUrl }),
      ...(legalInfoUrl && { legalInfoUrl }),
      ...(contactEmail && { contactEmail }),
      auth,
      specUrl: api.url,
      ...(api.other && { otherSpecUrl: api.other }),
    },
    repairs: repairs.list(),
  }
}

/** The manifest itself, also where it is inside the record of a plugin store. */
function unwrapped(value: unknown, repairs: Repairs): Schema {
  if (!isObject(value))
    throw new DocumentRefused(
      `The manifest is ${kindOf(value)}. It must be an object with name_for_model, auth and api.`,
    )
  const inner = memberOf(value, 'manifest')
  if (!isObject(inner) || memberOf(value, 'api') !== undefined || memberOf(inner, 'api') === undefined) return value
  repairs.add('/manifest', 'The manifest is inside another object, as in a plugin store; the inner object was read.')
  return inner
}

function refuseOthers(found: Schema): void {
  const has = (name: string): boolean => memberOf(found, name) !== undefined
  const version = wordOf(found.schema_version)
  if (!has('api') && (has('runtimes') || (/^v?2\./.test(version) && has('functions')))) {
    const specs = listOfAny(found.runtimes)
      .map((runtime) => memberOf(memberOf(runtime, 'spec'), 'url'))
      .filter((url) => typeof url === 'string')
    throw new DocumentRefused(
      `This is a Microsoft 365 plugin manifest (${plainLine(version, 20) || 'version 2'}), not a ChatGPT plugin manifest. ${
        specs.length > 0
          ? `Register its spec instead: ${listOf(specs.map((spec) => quote(spec, 200)))}.`
          : 'It gives no OpenAPI spec to register instead.'
      }`,
    )
  }
  if ((has('openapi') || has('swagger')) && has('paths'))
    throw new DocumentRefused('This is an OpenAPI spec, not a manifest. Register the URL of the spec itself.')
  const apis = listOfAny(found.apis)
  if (!has('api') && apis.length > 0) {
    const addresses = apis
      .map((api) => objectOf(api).main ?? objectOf(api).url)
      .filter((one) => typeof one === 'string')
    throw new DocumentRefused(
      `This manifest has ${apis.length} APIs (apis), but a plugin has one (api). Register each spec instead: ${listOf(
        addresses.map((one) => quote(one, 200)),
      )}.`,
    )
  }
  const named = ['name_for_model', 'name_for_human', 'description_for_model', 'description_for_human'].some(has)
  if (named || has('api')) return
  const error = errorBody(found)
  if (error)
    throw new DocumentRefused(
      `The server returned an error instead of a manifest: ${error}. The manifest must be readable without signing in.`,
    )
  throw new DocumentRefused(
    `This is not a ChatGPT plugin manifest: ${membersFound(found)}. A manifest has name_for_model, auth and api.`,
  )
}

function readNames(found: Schema, url: string, repairs: Repairs) {
  const read = (member: string, longest: number, ...instead: string[]): string =>
    text(found, member, longest, repairs) || derived(found, member, instead, longest, repairs)
  const human = read('name_for_human', 50, 'name', 'title')
  const model =
    plainLine(found.name_for_model, 1_000) ||
    derived(found, 'name_for_model', ['name', 'name_for_human', 'title'], 1_000, repairs)
  const descriptionForModel = read('description_for_model', 8_000, 'description', 'description_for_human')
  const descriptionForHuman = read('description_for_human', 120, 'description', 'description_for_model')
  const host = URL.parse(url)?.hostname.replace(/^www\./, '') ?? 'plugin'
  // Nothing is left of a name without Latin letters; a hash makes it unique.
  const name = fitName(model) || fitName(human) || `plugin_${shortHash(model || host)}`
  if (typeof found.name_for_model === 'string' && name !== found.name_for_model)
    repairs.add(
      '/name_for_model',
      `name_for_model must be at most 50 letters, digits and underscores. ${quote(found.name_for_model)} is changed to ${name}.`,
    )
  return { name, title: human || host, descriptionForModel, descriptionForHuman }
}

/** A text of the manifest, clean and not too long. */
function text(found: Schema, member: string, longest: number, repairs: Repairs): string {
  const value = found[member]
  const pointer = `/${member}`
  const clean = member.startsWith('name') ? plainLine(value, 100_000) : plainText(value, 100_000)
  if (typeof value === 'string' && hasInvisible(value)) repairs.add(pointer, 'Invisible characters were removed.')
  if (clean.length > longest) repairs.add(pointer, `The text has ${clean.length} characters; it was cut at ${longest}.`)
  return cut(clean, longest)
}

function derived(found: Schema, member: string, from: string[], longest: number, repairs: Repairs): string {
  const source = from.find((one) => plainLine(found[one], 10) !== '')
  repairs.add(`/${member}`, source ? `${member} is missing; ${source} is used instead.` : `${member} is missing.`)
  return source ? (longest > 200 ? plainText(found[source], longest) : plainLine(found[source], longest)) : ''
}

function readApi(found: Schema, url: string, repairs: Repairs): SpecAddress {
  const api = isObject(found.api) ? found.api : typeof found.api === 'string' ? { url: found.api } : undefined
  if (!api)
    throw new DocumentRefused(
      'The manifest has no api, so there is nothing to call. Add "api": {"type": "openapi", "url": "https://…/openapi.yaml"}.',
    )
  const type = plainLine(api.type, 40)
  if (typeof api.url !== 'string' || api.url.trim() === '')
    throw new DocumentRefused(
      `The manifest's api has no url${type && type !== 'openapi' ? ` (its type is ${quote(type)})` : ''}, so there is nothing to call. Set it to the URL of the OpenAPI spec.`,
    )
  if (type === '') repairs.add('/api/type', 'api.type is missing; "openapi" is assumed.')
  else if (/^(open-?api|swagger)/i.test(type)) {
    if (type !== 'openapi') repairs.add('/api/type', `${quote(type)} is read as openapi.`)
  } else
    throw new DocumentRefused(
      `The manifest's api has the type ${quote(type)}, so there is nothing to call. Use "openapi" and the URL of a spec.`,
    )
  if (typeof found.schema_version !== 'string' || found.schema_version !== 'v1')
    repairs.add(
      '/schema_version',
      found.schema_version === undefined
        ? 'schema_version is missing; "v1" is assumed.'
        : `schema_version is ${quote(found.schema_version)}; the manifest has the members of "v1" and is read as such.`,
    )
  for (const flag of ['is_user_authenticated', 'has_user_authentication'])
    if (api[flag] !== undefined && typeof api[flag] !== 'boolean')
      repairs.add(`/api/${flag}`, `${flag} must be true or false. It is ignored; auth decides.`)
  return specAddress(api.url, url, repairs)
}

function readLogo(value: unknown, url: string, repairs: Repairs): string | undefined {
  if (value === undefined || value === '') return void repairs.add('/logo_url', 'logo_url is missing.')
  const absolute = typeof value === 'string' ? URL.parse(value.trim(), url) : null
  const shown = /^(https?:|data:image\/(png|jpeg|webp)[;,])/i
  if (absolute && shown.test(absolute.href) && !(absolute.protocol === 'data:' && absolute.href.length > 50_000))
    return absolute.href
  return void repairs.add('/logo_url', `The logo is not shown: ${quote(value)} is not the URL of an image.`)
}

function readPage(value: unknown, url: string, repairs: Repairs): string | undefined {
  const given = plainLine(value, 2_000)
  if (given === '') return void repairs.add('/legal_info_url', 'legal_info_url is missing.')
  // A bare host is meant as a URL, an email address is not.
  const address = /^[\w-]+(\.[\w-]+)+(\/|$)/.test(given) ? `https://${given}` : given
  const page = given.includes('@') && !/^https?:/i.test(given) ? undefined : httpUrl(address, url)
  if (page) return page.href
  return void repairs.add('/legal_info_url', `${quote(given)} is not the URL of a page, so it is not linked.`)
}

function readEmail(value: unknown, repairs: Repairs): string | undefined {
  const given = plainLine(value, 254)
  if (/^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/.test(given) && !/@@/.test(given)) return given
  const fault = given === '' ? 'contact_email is missing.' : `${quote(given)} is not an email address.`
  return void repairs.add('/contact_email', fault)
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value === 'string' ? 'text' : `a ${typeof value}`
