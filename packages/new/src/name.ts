import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { Refusal } from './refusal.ts'
import type { Workspace } from './workspace/workspace.ts'

/** The forms in which a name is written. */
export interface Name {
  /** Of the folder and the package: `my-weather`. */
  kebab: string
  /** Of the definition, where only letters and digits are allowed, and in code: `myWeather`. */
  camel: string
  /** In the names of functions and types: `MyWeather`. */
  pascal: string
  /** At the start of variables of the environment: `MY_WEATHER`. */
  constant: string
}

const longestName = 40
const longestTitle = 20
// Directories and assistants refuse these words in names and titles.
const claimed = /plugin|chatgpt|openai/i
// A file of this name cannot be made on Windows.
const devices = /^(con|prn|aux|nul|com\d|lpt\d)$/
// npm keeps these for itself, and the workspace has a package or a task of the others.
const reserved = ['node-modules', 'favicon', 'package', 'packages', 'plugins', 'root', 'workspace', 'generated']

export function formsOf(kebab: string): Name {
  const pascal = kebab
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1)
  return { kebab, camel, pascal, constant: kebab.replaceAll('-', '_').toUpperCase() }
}

/**
 * Checks the name of a new plugin.
 * @throws Refusal
 */
export function checkName(kebab: string, { root, plugins, packageNames }: Workspace): Name {
  const fault = nameFault(kebab)
  if (fault) throw new Refusal(`The name ${JSON.stringify(kebab)} ${fault}`)
  const name = formsOf(kebab)
  if (plugins.some((plugin) => plugin.name === kebab) || existsSync(join(root, 'plugins', kebab)))
    throw new Refusal(`plugins/${kebab} exists: choose another name, or remove the folder`)
  if (existsSync(join(root, 'packages', kebab)))
    throw new Refusal(`${kebab} is a package of this repository: choose another name`)
  // turbo and pnpm would take a plugin of this name for the package.
  if (packageNames.has(kebab) || isBuiltin(kebab))
    throw new Refusal(`${kebab} is the name of a package that this repository uses: choose another name`)
  const other = plugins.find((plugin) => formsOf(plugin.name).constant === name.constant)
  if (other) throw new Refusal(`${kebab} is written like ${other.name} in code: choose another name`)
  return name
}

function nameFault(kebab: string): string | undefined {
  if (kebab === '') return 'is empty: use lowercase letters, digits and dashes, such as weather'
  if (!/^[a-z0-9-]*$/.test(kebab)) {
    const meant = kebab
      .normalize('NFKD')
      .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^[\d-]+|-+$/g, '')
    return `must be lowercase letters, digits and dashes: use ${JSON.stringify(meant.slice(0, longestName) || 'weather')}`
  }
  if (!/^[a-z]/.test(kebab)) return 'must begin with a letter'
  if (/-$|--/.test(kebab)) return 'must have a letter or a digit after each dash'
  if (kebab.length < 2) return 'must have at least 2 characters'
  if (kebab.length > longestName) return `has ${kebab.length} characters: use at most ${longestName}`
  if (claimed.test(kebab.replaceAll('-', ''))) return 'must not say plugin, ChatGPT or OpenAI: directories refuse it'
  if (devices.test(kebab) || reserved.includes(kebab) || formsOf(kebab).camel in Object.prototype)
    return 'is reserved: choose another name'
  return undefined
}

/** The title for a name: `My weather`. */
export function titleOf({ kebab }: Name): string {
  const words = kebab.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * Checks a title, which people read.
 * @throws Refusal
 */
export function checkTitle(title: string): string {
  const refuse = (fault: string) => new Refusal(`The title ${JSON.stringify(title)} ${fault}`)
  const length = Array.from(title).length
  if (title.trim() !== title || title === '') throw refuse('must be words, without a space before or after them')
  if (/[\p{C}<>&"'`\\]/u.test(title)) throw refuse('must have no quotes, angle brackets, &, backslashes or line breaks')
  if (length > longestTitle) throw refuse(`has ${length} characters: give one of at most ${longestTitle} with --title`)
  if (claimed.test(title)) throw refuse('must not say plugin, ChatGPT or OpenAI: directories refuse it')
  return title
}
