import type { DocumentOperation } from '@reference-plugins/reader'
import { indexPlugins } from '../conversation/prompt.ts'
import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import { toOperationSummary } from '../plugins/presentation.ts'
import { Selection } from '../selection/selection.ts'
import type { Activations } from '../sign-in/activations.ts'
import type { FoundOperation, PluginReference } from '../wire.ts'
import { type Field, fieldsOf, isFreeText, isReference } from './fields.ts'
import { fillInputs } from './filled-inputs.ts'

const mostFound = 8
/** With more plugins, operations are looked for only in those that fit best. */
const mostPlugins = 24
/** More operations are not kept in the index. */
const mostIndexed = 5_000
/** How much the plugin as a whole counts, against the operation. */
const weightOfPlugin = 1
/** How much it counts that the text states an input, or all of them: "IBM" alone fits what takes a symbol. */
const weightOfInput = 0.25
/** How much more an operation that reads fits a question, and one that changes something fits any other text. */
const factorOfMood = 1.35
/** How much more an operation that takes a text fits one that is about something. */
const factorOfTopic = 1.35
/** How much less an operation fits that needs the ID of something, which the user does not know at first. */
const factorOfReference = 0.7
/** Operations that fit much less than the best one are left out. */
const leastShare = 0.35
/** The best one is clear if it fits by its words too, not only by their meaning, and this much more than the next one. */
const leastOfClear = 1
const leadOfClear = 1.05

export interface FinderParts {
  plugins: Plugins
  activations: Activations
  /** Of plugins. */
  selection: Selection
}

/** Finds the operations that fit a text, without a model. */
export class OperationFinder {
  readonly #parts: FinderParts
  #operations = new Selection()
  readonly #indexed = new Set<string>()

  constructor(parts: FinderParts) {
    this.#parts = parts
  }

  /** The best first. @param enabled the IDs of the plugins to look in; by default all of the user */
  async find(user: string, text: string, enabled?: readonly string[]): Promise<FoundOperation[]> {
    const { plugins, activations } = this.#parts
    const all = (await plugins.allVisible(user)).filter(
      ({ id, trouble }) => trouble === undefined && (enabled === undefined || enabled.includes(id)),
    )
    const states = await activations.all(user)
    const fits = this.#fits(text, all)
    const fitting = all.length <= mostPlugins ? all : all.filter(({ id }) => fits.has(id))
    const found = this.#score(fitting, text, (id) => states.get(id) ?? 'none', fits)
    const least = (found[0]?.score ?? 0) * leastShare
    return found
      .filter(({ score }) => score >= least)
      .slice(0, mostFound)
      .map(({ one }) => one)
  }

  /** The operation of a plugin that the text means; undefined if that is not clear. */
  findClear(
    plugin: RegisteredPlugin,
    text: string,
    activation: PluginReference['activation'],
  ): FoundOperation | undefined {
    const [best, next] = this.#score([plugin], text, () => activation)
    return best && best.score >= leastOfClear && best.score >= leadOfClear * (next?.score ?? 0) ? best.one : undefined
  }

  /** All that fit, the best first. @param fits how well each plugin as a whole fits the text */
  #score(
    plugins: readonly RegisteredPlugin[],
    text: string,
    activationOf: (id: string) => PluginReference['activation'],
    fits: ReadonlyMap<string, number> = new Map(),
  ): { one: FoundOperation; score: number }[] {
    const units = plugins.flatMap((plugin) =>
      plugin.document.operations.map((operation) => ({ plugin, operation, id: unitId(plugin, operation) })),
    )
    this.#index(units)
    const scores = this.#operations.scores(
      text,
      units.map(({ id }) => id),
    )
    return units
      .map(({ plugin, operation, id }) => {
        const one = toFound(plugin, operation, text, activationOf(plugin.id))
        const ofPlugin = weightOfPlugin * (fits.get(plugin.id) ?? 0)
        return {
          one,
          score: ofPlugin + factorOf(operation, text, one.missing) * ((scores.get(id) ?? 0) + ofInputs(one)),
        }
      })
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score)
  }

  /** How well the plugins fit, of those that fit best. */
  #fits(text: string, plugins: RegisteredPlugin[]): Map<string, number> {
    const { selection } = this.#parts
    indexPlugins(selection, plugins)
    const scores = selection.scores(
      text,
      plugins.map(({ id }) => id),
    )
    return new Map([...scores].sort((a, b) => b[1] - a[1]).slice(0, mostPlugins))
  }

  #index(units: { plugin: RegisteredPlugin; operation: DocumentOperation; id: string }[]): void {
    if (this.#indexed.size + units.length > mostIndexed) {
      this.#operations = new Selection()
      this.#indexed.clear()
    }
    for (const { id } of units) this.#indexed.add(id)
    this.#operations.update(
      units.map(({ plugin: { document, hash }, operation: { name, title, description }, id }) => ({
        id,
        version: hash,
        title,
        name,
        descriptionForHuman: description,
        descriptionForModel: `${document.title} ${document.name} ${document.descriptionForHuman}`,
        operations: [],
        shown: 1,
        tokens: 0,
      })),
    )
  }
}

const ofInputs = ({ filled, missing }: FoundOperation): number =>
  weightOfInput * (filled.length + Number(filled.length > 0 && missing.length === 0))

function factorOf(operation: DocumentOperation, text: string, missing: string[]): number {
  const mood = isQuestion(text) === operation.isReading ? factorOfMood : 1
  const topic = /\babout\b/i.test(text) && fieldsOf(operation).some(isAsked) ? factorOfTopic : 1
  return mood * topic * (missing.some(isReference) ? factorOfReference : 1)
}

const isAsked = (field: Field): boolean => field.isRequired && isFreeText(field)

const isQuestion = (text: string): boolean =>
  /[?？]\s*$/.test(text) ||
  /^\s*(what|which|who|whose|when|where|why|how|is|are|was|were|do|does|did|has|have|can|show|list|read|get|find|search|look|see|check|tell)\b/i.test(
    text,
  )

const unitId = ({ id }: RegisteredPlugin, { name }: DocumentOperation): string => `${id} ${name}`

/** An operation, with what a text states for it. */
export const toFound = (
  plugin: RegisteredPlugin,
  operation: DocumentOperation,
  text: string,
  activation: PluginReference['activation'],
): FoundOperation => ({
  plugin: toReference(plugin, activation),
  operation: toOperationSummary(operation),
  ...fillInputs(operation, text),
})

/** A plugin, where its name and state are enough. */
export const toReference = (
  { id, document: { name, title, logoUrl } }: RegisteredPlugin,
  activation: PluginReference['activation'],
): PluginReference => ({
  id,
  name,
  title,
  ...(logoUrl !== undefined && { logo: `/api/plugins/${id}/logo` }),
  activation,
})
