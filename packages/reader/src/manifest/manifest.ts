import type { DocumentAuth } from '../plugin-document.ts'
import { DocumentRefused } from '../text/document-refused.ts'
import { readJson } from '../text/json-text.ts'
import type { Schema } from '../text/members.ts'
import { isObject, listOfAny, memberOf, objectOf, wordOf } from '../text/members.ts'
import { fitName, shortHash } from '../text/names.ts'
import { cut, hasInvisible, listOf, plainLine, plainText, quote } from '../text/plain-text.ts'
import type { Repair } from '../text/repairs.ts'
import { errorBody, membersFound, refuseOtherText } from '../text/text-kind.ts'
import { readManifestAuth } from './manifest-auth.ts'
import { type SpecAddress, specAddress } from './spec-address.ts'

/** A manifest, made fit: every text is clean and of the length that is wanted, every address is absolute. */
export interface ReadManifest {
  /** Where it was read. */
  url: string
  name: string
  title: string
  descriptionForModel: string
  descriptionForHuman: string
  logoUrl?: string
  legalInfoUrl?: string
  contactEmail?: string
  auth: DocumentAuth
  specUrl: string
  /** Where the spec may be as well: a relative address is often meant from the root. */
  otherSpecUrl?: string
}

export interface ManifestRead {
  manifest: ReadManifest
  repairs: Repair[]
}

const longestManifest = 2 ** 20

/**
 * Reads /.well-known/ai-plugin.json, as protocol v1 has it and as people write it.
 * @param url where the text was found; relative addresses in it begin there.
 * @throws DocumentRefused where nothing can be called with it.
 */
export function readManifest(text: string, url: string): ManifestRead {
  if (text.length > longestManifest)
    throw new DocumentRefused('The manifest is over 1 MB. A manifest is a short file that names the spec.')
  refuseOtherText(text, 'a manifest')
  const json = readJson(text, 'the manifest')
  const repairs: Repair[] = json.repairs.map((message) => ({ document: 'manifest', pointer: '', message }))
  const repair = (pointer: string, message: string): void =>
    void repairs.push({ document: 'manifest', pointer, message })
  const found = unwrapped(json.value, repair)
  refuseOthers(found)
  const names = readNames(found, url, repair)
  const api = readApi(found, url, repair)
  // Whose service it is is known best where the address of the API has been understood.
  const auth = readManifestAuth(found.auth, url, repair)
  const logoUrl = readLogo(found.logo_url, url, repair)
  const legalInfoUrl = readPage(found.legal_info_url, url, repair)
  const contactEmail = readEmail(found.contact_email, repair)
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
    repairs,
  }
}

export type AddRepair = (pointer: string, message: string) => void

/** The manifest itself, where a store's record of it was published. */
function unwrapped(value: unknown, repair: AddRepair): Schema {
  if (!isObject(value))
    throw new DocumentRefused(
      `The manifest is ${kindOf(value)}; it should be an object with name_for_model, auth and api.`,
    )
  const inner = memberOf(value, 'manifest')
  if (!isObject(inner) || memberOf(value, 'api') !== undefined || memberOf(inner, 'api') === undefined) return value
  repair('/manifest', 'The manifest stands inside another object, as a store keeps it; the inner one was read.')
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
          ? `Register the spec that it names instead: ${listOf(specs.map((spec) => quote(spec, 200)))}.`
          : 'It names no OpenAPI spec that could be registered instead.'
      }`,
    )
  }
  if ((has('openapi') || has('swagger')) && has('paths'))
    throw new DocumentRefused('This is an OpenAPI document, not a manifest. Register it by its own address.')
  const apis = listOfAny(found.apis)
  if (!has('api') && apis.length > 0) {
    const addresses = apis
      .map((api) => objectOf(api).main ?? objectOf(api).url)
      .filter((one) => typeof one === 'string')
    throw new DocumentRefused(
      `This manifest has ${apis.length} APIs (apis); a plugin has one (api). Register each by its spec: ${listOf(
        addresses.map((one) => quote(one, 200)),
      )}.`,
    )
  }
  const named = ['name_for_model', 'name_for_human', 'description_for_model', 'description_for_human'].some(has)
  if (named || has('api')) return
  const told = errorBody(found)
  if (told)
    throw new DocumentRefused(
      `The server answered with an error in place of a manifest: ${told}. The manifest must be readable without signing in.`,
    )
  throw new DocumentRefused(
    `This is not a ChatGPT plugin manifest: ${membersFound(found)}, where name_for_model, auth and api are expected.`,
  )
}

function readNames(found: Schema, url: string, repair: AddRepair) {
  const human =
    text(found, 'name_for_human', 50, repair) || derived(found, 'name_for_human', ['name', 'title'], 50, repair)
  const model =
    plainLine(found.name_for_model, 1_000) ||
    derived(found, 'name_for_model', ['name', 'name_for_human', 'title'], 1_000, repair)
  const forModel =
    text(found, 'description_for_model', 8_000, repair) ||
    derived(found, 'description_for_model', ['description', 'description_for_human'], 8_000, repair)
  const forHuman =
    text(found, 'description_for_human', 120, repair) ||
    derived(found, 'description_for_human', ['description', 'description_for_model'], 120, repair)
  const host = URL.parse(url)?.hostname.replace(/^www\./, '') ?? 'plugin'
  // A name in another script than Latin leaves nothing; the host and a hash tell it from others.
  const name = fitName(model) || fitName(human) || `plugin_${shortHash(model || host)}`
  if (typeof found.name_for_model === 'string' && name !== found.name_for_model)
    repair(
      '/name_for_model',
      `The name for the model should be letters, digits and _, at most 50. ${quote(found.name_for_model)} is called ${name} here.`,
    )
  return { name, title: human || host, descriptionForModel: forModel, descriptionForHuman: forHuman }
}

/** A text of the manifest, clean and not too long. */
function text(found: Schema, member: string, longest: number, repair: AddRepair): string {
  const value = found[member]
  const pointer = `/${member}`
  const clean = member.startsWith('name') ? plainLine(value, 100_000) : plainText(value, 100_000)
  if (typeof value === 'string' && hasInvisible(value))
    repair(pointer, 'Characters that cannot be seen were taken out.')
  if (clean.length > longest) repair(pointer, `The text has ${clean.length} characters and was cut at ${longest}.`)
  return cut(clean, longest)
}

function derived(found: Schema, member: string, from: string[], longest: number, repair: AddRepair): string {
  const source = from.find((one) => plainLine(found[one], 10) !== '')
  repair(`/${member}`, source ? `${member} is missing; ${source} was taken in its place.` : `${member} is missing.`)
  return source ? (longest > 200 ? plainText(found[source], longest) : plainLine(found[source], longest)) : ''
}

function readApi(found: Schema, url: string, repair: AddRepair): SpecAddress {
  const api = isObject(found.api) ? found.api : typeof found.api === 'string' ? { url: found.api } : undefined
  if (!api)
    throw new DocumentRefused(
      'The manifest has no api, so there is nothing to call. Add "api": {"type": "openapi", "url": "https://…/openapi.yaml"}.',
    )
  const type = plainLine(api.type, 40)
  if (typeof api.url !== 'string' || api.url.trim() === '')
    throw new DocumentRefused(
      `The manifest's api has no url${type && type !== 'openapi' ? ` (its type is ${quote(type)})` : ''}, so there is nothing to call. Give the address of the OpenAPI spec there.`,
    )
  if (type === '') repair('/api/type', 'The type of the API is missing; openapi is assumed.')
  else if (/^(open-?api|swagger)/i.test(type)) {
    if (type !== 'openapi') repair('/api/type', `${quote(type)} is read as openapi.`)
  } else
    throw new DocumentRefused(
      `The manifest's api is of type ${quote(type)}, so there is nothing to call; only "openapi" with the address of a spec is.`,
    )
  if (typeof found.schema_version !== 'string' || found.schema_version !== 'v1')
    repair(
      '/schema_version',
      found.schema_version === undefined
        ? 'schema_version is missing; "v1" is assumed.'
        : `schema_version is ${quote(found.schema_version)}; by its members it is "v1".`,
    )
  for (const flag of ['is_user_authenticated', 'has_user_authentication'])
    if (api[flag] !== undefined && typeof api[flag] !== 'boolean')
      repair(`/api/${flag}`, 'The flag should be true or false. It means nothing here; auth decides.')
  return specAddress(api.url, url, repair)
}

function readLogo(value: unknown, url: string, repair: AddRepair): string | undefined {
  if (value === undefined || value === '') return void repair('/logo_url', 'There is no logo.')
  const absolute = typeof value === 'string' ? URL.parse(value.trim(), url) : null
  if (absolute?.protocol === 'https:' || absolute?.protocol === 'http:') return absolute.href
  if (
    absolute?.protocol === 'data:' &&
    /^data:image\/(png|jpeg|webp)[;,]/i.test(absolute.href) &&
    absolute.href.length <= 50_000
  )
    return absolute.href
  repair('/logo_url', `The logo is not shown: ${quote(value)} is no address of a picture.`)
  return undefined
}

function readPage(value: unknown, url: string, repair: AddRepair): string | undefined {
  const given = plainLine(value, 2_000)
  if (given === '') return void repair('/legal_info_url', 'There is no page with the legal information.')
  // A bare host is meant as an address, a mail address is not.
  const address = /^[\w-]+(\.[\w-]+)+(\/|$)/.test(given) ? `https://${given}` : given
  const page = given.includes('@') && !/^https?:/i.test(given) ? null : URL.parse(address, url)
  if (page?.protocol === 'https:' || page?.protocol === 'http:') return page.href
  repair('/legal_info_url', `${quote(given)} is no address of a page; it is not linked.`)
  return undefined
}

function readEmail(value: unknown, repair: AddRepair): string | undefined {
  const given = plainLine(value, 254)
  if (/^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/.test(given) && !/@@/.test(given)) return given
  repair('/contact_email', given === '' ? 'There is no contact_email.' : `${quote(given)} is no mail address.`)
  return undefined
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value === 'string' ? 'a text' : `a ${typeof value}`
