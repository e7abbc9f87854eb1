import { randomBytes } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import { asks } from '../conversation/confirmation.ts'
import type { PlayedScript } from '../conversation/played-script.ts'
import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import type { Activations } from '../sign-in/activations.ts'
import type { Example, Examples } from '../wire.ts'
import { exampleOf } from '../workspace/local-folders.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { readFile } from './conversation-file.ts'
import type { Script, ScriptEntry } from './script.ts'

/** The one that a plugin has, in its conversation.md. */
const exampleName = 'conversation'
const mostEntries = 200

/** What a conversation begins with to play a script. */
export interface Playable {
  title: string
  script: PlayedScript
}

export interface ExampleParts {
  plugins: Plugins
  activations: Activations
  workspace: Workspace
}

/** The recorded conversations of the plugins beside this host. */
export class RecordedExamples {
  readonly #parts: ExampleParts

  constructor(parts: ExampleParts) {
    this.#parts = parts
  }

  async list(user: string, plugin: RegisteredPlugin): Promise<Examples> {
    const script = this.#script(plugin)
    if (script instanceof Problem) return { examples: [], reason: script.message }
    return { examples: [await this.#toExample(user, plugin, script)] }
  }

  /** An example, to be played. @throws Problem 404, or 409 if it cannot be played now */
  async find(user: string, plugin: RegisteredPlugin, name: string): Promise<Playable> {
    const script = name === exampleName ? this.#script(plugin) : undefined
    if (!script) throw new Problem(404, `${plugin.document.title} has no example ${name.slice(0, 60)}`)
    if (script instanceof Problem) throw script
    return this.#toPlayable(user, script, exampleName, plugin)
  }

  /**
   * A conversation that was saved as a file, to be played.
   * @throws Problem 422 if it cannot be read, or 409 if it cannot be played now
   */
  async ofFile(user: string, text: string): Promise<Playable> {
    const script = toScript(text, 'The file')
    if (script instanceof Problem) throw new Problem(422, script.message)
    return this.#toPlayable(user, script, 'file')
  }

  async #toPlayable(user: string, script: Script, example: string, plugin?: RegisteredPlugin): Promise<Playable> {
    const called = await this.#called(user, script, plugin)
    const problem = await this.#problem(user, script, called)
    if (problem !== undefined) throw new Problem(409, problem)
    const plugins = Object.fromEntries([...called].map(([name, { id }]) => [name, id]))
    return {
      title: `Example: ${script.title}`,
      script: { plugin: plugin?.id ?? Object.values(plugins)[0] ?? '', example, entries: withNewUser(script), plugins },
    }
  }

  #script(plugin: RegisteredPlugin): Script | Problem {
    const local = this.#parts.workspace.localOf(plugin)
    const { title } = plugin.document
    if (!local)
      return new Problem(
        404,
        `Examples are read from the folders of the plugins beside this host, in development. ${title} is not one of them.`,
      )
    const text = exampleOf(local)
    if (text === undefined)
      return new Problem(404, `The folder ${local.name} has no conversation.md: save a conversation there`)
    return toScript(text, `${local.name}/conversation.md`)
  }

  async #toExample(user: string, plugin: RegisteredPlugin, script: Script): Promise<Example> {
    const called = await this.#called(user, script, plugin)
    const calls = script.entries.flatMap((entry) => (entry.kind === 'call' ? [entry] : []))
    const operations = calls.map(({ plugin: name, operation }) =>
      called.get(name)?.document.operations.find((one) => one.name === operation),
    )
    const problem = await this.#problem(user, script, called)
    return {
      name: exampleName,
      title: script.title,
      said: script.entries.flatMap((entry) => (entry.kind === 'user' ? [entry.text] : [])),
      calls: calls.length,
      asks: operations.filter((operation) => operation && asks(operation) !== 'never').length,
      ...(problem !== undefined && { problem }),
    }
  }

  /** The plugins that the script calls, by the names that it uses: of several, that at the address of the file. */
  async #called(
    user: string,
    { entries, plugins: addresses }: Script,
    plugin?: RegisteredPlugin,
  ): Promise<Map<string, RegisteredPlugin>> {
    const names = new Set(entries.flatMap((entry) => (entry.kind === 'call' ? [entry.plugin] : [])))
    const all = [...(plugin ? [plugin] : []), ...(await this.#parts.plugins.allVisible(user))]
    return new Map(
      [...names].flatMap((name) => {
        const ofName = all.filter(({ document }) => document.name === name)
        const isNamed = ({ id, address }: RegisteredPlugin) => id === plugin?.id || address === addresses[name]
        const found = ofName.find(isNamed) ?? ofName[0]
        return found ? [[name, found] as const] : []
      }),
    )
  }

  /** What to do before the example can be played. */
  async #problem(
    user: string,
    { entries }: Script,
    called: ReadonlyMap<string, RegisteredPlugin>,
  ): Promise<string | undefined> {
    for (const entry of entries) {
      if (entry.kind !== 'call') continue
      const plugin = called.get(entry.plugin)
      if (!plugin) return `The example calls the plugin ${entry.plugin}: register it first`
      const { title, auth, operations } = plugin.document
      if (plugin.trouble !== undefined) return `${title} cannot be called: ${plugin.trouble}`
      if (!operations.some(({ name }) => name === entry.operation))
        return `${title} has no operation ${entry.operation}: its example is of another version`
      const state = await this.#parts.activations.of(user, plugin)
      if (state === 'changed') return `${title} has changed: review the changes on its page first`
      if (state === 'expired') return `Your sign-in to ${title} has expired: sign in again first`
      if (state === 'none') return `${title} is not active: ${auth.type === 'oauth' ? 'sign in' : 'activate it'} first`
    }
    return undefined
  }
}

/** The entries with a new name in place of that of the sample user, in texts and as an argument. */
function withNewUser({ sampleUser, entries }: Script): ScriptEntry[] {
  if (sampleUser === undefined) return entries
  const name = `${sampleUser}-${randomBytes(3).toString('hex')}`
  const replaced = (value: unknown) => (value === sampleUser ? name : value)
  const word = new RegExp(
    `(?<![\\p{L}\\p{N}-])${sampleUser.replaceAll(/[^\p{L}\p{N}]/gu, '\\$&')}(?![\\p{L}\\p{N}-])`,
    'gu',
  )
  return entries.map((entry) =>
    entry.kind === 'call'
      ? {
          ...entry,
          arguments: Object.fromEntries(Object.entries(entry.arguments).map(([key, value]) => [key, replaced(value)])),
        }
      : { ...entry, text: entry.text.replaceAll(word, name) },
  )
}

/** @param name what it is read from. The Problem says why there is nothing to play. */
function toScript(text: string, name: string): Script | Problem {
  try {
    const script = readFile(text)
    if (script.entries.length === 0) return new Problem(404, `${name} is empty: it has no text and no call`)
    if (script.entries.length <= mostEntries) return script
    return new Problem(404, `${name} is too long: at most ${mostEntries} texts and calls`)
  } catch (error) {
    return new Problem(404, `${name} cannot be read: ${(error as Error).message}`)
  }
}
