import { readFileSync } from 'node:fs'
import { fromEnvironment, type OAuthSettings, readOAuthSettings } from '../oauth/settings.ts'

/** What a file says, or what it says about one of its servers. */
export interface ConfigFile {
  /** The address of the plugin. */
  url?: string
  /** What reports call it. By default its address. */
  name?: string
  oauth?: OAuthSettings
  /** By the name of the option without dashes. */
  options: Record<string, string | boolean | string[]>
  /** Several servers, each with options that override those of the file. */
  targets?: ConfigFile[]
}

interface Option {
  type: 'string' | 'boolean'
  multiple?: boolean
}

const ofTheCommand = ['config', 'help', 'explain']
const ofTheFile = ['reporter', 'files', 'for']

/**
 * Reads the options of the command from a JSON file. `$NAME` is taken from the environment.
 * @throws Error that names the file and the member
 */
export function readConfigFile(file: string, known: Record<string, Option>): ConfigFile {
  const { targets, ...common } = readObject(file)
  const config = readOptions(common, known, file)
  if (targets === undefined) return config
  if (!Array.isArray(targets) || targets.length === 0) throw new Error(`${file}: targets must be a list of objects`)
  config.targets = targets.map((target, index) => {
    const place = `${file}: targets[${index}]`
    if (target === null || typeof target !== 'object' || Array.isArray(target))
      throw new Error(`${place} must be an object`)
    const one = readOptions(target, known, place, ofTheFile)
    if (one.url === undefined && config.url === undefined) throw new Error(`${place} needs a url`)
    return one
  })
  return config
}

function readOptions(
  members: object,
  known: Record<string, Option>,
  file: string,
  refused: readonly string[] = [],
): ConfigFile {
  const config: ConfigFile = { options: {} }
  for (const [name, value] of Object.entries(members)) {
    const option = Object.hasOwn(known, name) ? known[name] : undefined
    const place = `${file}: ${name}`
    if (name === 'oauth') config.oauth = readOAuthSettings(value)
    else if ((name === 'url' || name === 'name') && typeof value === 'string')
      config[name] = fromEnvironment(value, place)
    else if (!option || [...ofTheCommand, ...refused].includes(name))
      throw new Error(`${place} is not known: url, oauth, ${Object.keys(known).join(', ')}`)
    else if (option.type === 'boolean') {
      if (typeof value !== 'boolean') throw new Error(`${place} must be true or false`)
      config.options[name] = value
    } else if (option.multiple) {
      config.options[name] = readList(value, place)
    } else {
      if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`${place} must be text`)
      config.options[name] = fromEnvironment(String(value), place)
    }
  }
  return config
}

/** A text, a list of texts, or an object of texts, which is read as a list of `name=text`. */
function readList(value: unknown, place: string): string[] {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value)
  const list = isObject ? Object.values(value) : [value].flat()
  if (!list.every((one) => typeof one === 'string')) throw new Error(`${place} must be a list of texts`)
  const texts = list.map((one) => fromEnvironment(one, place))
  return isObject ? Object.keys(value).map((name, index) => `${name}=${texts[index]}`) : texts
}

export function readObject(file: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${file} must hold a JSON object`)
  return value as Record<string, unknown>
}
