import MiniSearch from 'minisearch'
import { Meaning } from './meaning.ts'
import { toTerm, wordsOf } from './words.ts'

export interface SelectedFrom {
  id: string
  /** Changes when the indexed text changes. */
  version: string
  title: string
  name: string
  descriptionForHuman: string
  descriptionForModel: string
  operations: { name: string; title: string; description: string }[]
  /** How many of them the model gets at most, and what those cost. */
  shown: number
  tokens: number
}

export interface Budget {
  tokens: number
  operations: number
  plugins: number
}

interface Indexed {
  id: string
  name: string
  purpose: string
  guidance: string
  operations: string
}

/** How much the meaning of words counts, against the words themselves. */
const weightOfMeaning = 0.6

/** Chooses the plugins that fit a request, so that the prompt does not grow with the number of plugins. */
export class Selection {
  readonly #known = new Map<string, SelectedFrom>()
  readonly #meaning = new Meaning()
  readonly #index = new MiniSearch<Indexed>({
    fields: ['name', 'purpose', 'guidance', 'operations'],
    tokenize: wordsOf,
    processTerm: toTerm,
    searchOptions: {
      boost: { name: 3, purpose: 2, guidance: 1, operations: 1.5 },
      prefix: (term) => term.length >= 4,
      fuzzy: (term) => (term.length >= 6 ? 0.15 : false),
      weights: { prefix: 0.4, fuzzy: 0.2 },
    },
  })

  /** Whether the index has this version of a plugin. */
  has(id: string, version: string): boolean {
    return this.#known.get(id)?.version === version
  }

  /** Adds plugins to the index, and replaces those whose version has changed. */
  update(plugins: readonly SelectedFrom[]): void {
    for (const plugin of plugins) {
      if (this.has(plugin.id, plugin.version)) continue
      this.remove(plugin.id)
      this.#known.set(plugin.id, plugin)
      const indexed = toIndexed(plugin)
      this.#index.add(indexed)
      this.#meaning.add(plugin.id, [
        [indexed.name, 1],
        [indexed.purpose, 1],
        [indexed.guidance, 0.75],
        [indexed.operations, 0.65],
      ])
    }
  }

  remove(id: string): void {
    if (!this.#known.delete(id)) return
    this.#index.discard(id)
    this.#meaning.remove(id)
  }

  /** The IDs of all plugins that fit a request at all, the best first. */
  rank(text: string, enabled: readonly string[]): string[] {
    return [...this.scores(text, enabled)].sort((a, b) => b[1] - a[1]).map(([id]) => id)
  }

  /** How well each plugin fits a request: more than 0, at most 1. One that does not fit at all has no score. */
  scores(text: string, enabled: readonly string[]): Map<string, number> {
    const among = new Set(enabled)
    const byWords = this.#index.search(text, { filter: ({ id }) => among.has(id as string) })
    const best = byWords[0]?.score ?? 1
    const scores = new Map(byWords.map(({ id, score }) => [id as string, ((1 - weightOfMeaning) * score) / best]))
    const byMeaning = this.#meaning.scores(text)
    const most = Math.max(...byMeaning.values(), Number.MIN_VALUE)
    for (const [id, score] of byMeaning)
      if (among.has(id)) scores.set(id, (scores.get(id) ?? 0) + (weightOfMeaning * score) / most)
    return scores
  }

  /**
   * The IDs of the plugins that the model gets: all of them if they fit the budget; otherwise those that were used in
   * this conversation, then those that fit the request best. Deterministic.
   * @param text the user's last message
   * @param used IDs of the plugins that were called in the conversation, the last one first
   * @param enabled IDs of the plugins to choose from
   */
  choose(text: string, used: readonly string[], enabled: readonly string[], budget: Budget): string[] {
    const candidates = new Map(
      enabled.flatMap((id) => (this.#known.has(id) ? [[id, this.#known.get(id) as SelectedFrom]] : [])),
    )
    if (fits([...candidates.values()], budget)) return [...candidates.keys()]
    const ranked = this.rank(text, enabled)
    const chosen: SelectedFrom[] = []
    for (const id of new Set([...used, ...ranked])) {
      const plugin = candidates.get(id)
      // A plugin that is too large is skipped.
      if (plugin && fits([...chosen, plugin], budget)) chosen.push(plugin)
      if (chosen.length >= budget.plugins) break
    }
    return chosen.map(({ id }) => id)
  }
}

const fits = (plugins: readonly SelectedFrom[], budget: Budget): boolean =>
  plugins.length <= budget.plugins &&
  plugins.reduce((sum, { tokens }) => sum + tokens, 0) <= budget.tokens &&
  plugins.reduce((sum, { shown }) => sum + shown, 0) <= budget.operations

const toIndexed = ({
  id,
  name,
  title,
  descriptionForHuman,
  descriptionForModel,
  operations,
}: SelectedFrom): Indexed => ({
  id,
  name: `${title} ${name}`,
  purpose: descriptionForHuman,
  guidance: descriptionForModel,
  operations: operations
    .map((one) => `${one.name} ${one.title} ${one.description}`)
    .join('\n')
    .slice(0, 10_000),
})
