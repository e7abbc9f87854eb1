import { Problem } from '@reference-plugins/core'
import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import type { Database } from '@reference-plugins/store'
import { checkModel } from '../models/check-model.ts'
import { findModels } from '../models/find-models.ts'
import type { Model } from '../models/model.ts'
import { openModel } from '../models/open-model.ts'
import type { Vault } from '../vault/vault.ts'
import type { FoundModel, ModelCheck, ModelCheckInput, ModelChoice, ModelState } from '../wire.ts'

const foundAgainAfter = 10_000
/** A model may think and answer for a long time. */
const longestAnswer = { timeout: 900_000, maximumBytes: 64 * 2 ** 20 }

interface UserModelsParts {
  database: Database
  vault: Vault
  environment: NodeJS.ProcessEnv
  /** Whether users of the host may not reach all that the host can reach. */
  isShared: boolean
  /** Whether the programs on this machine are the user's. */
  isOwnMachine: boolean
}

/** The model that answers a user: the one they chose, or the first that was found. */
export class UserModels {
  readonly #parts: UserModelsParts
  #found: { at: number; models: ReturnType<typeof findModels> } | undefined

  constructor(parts: UserModelsParts) {
    this.#parts = parts
  }

  /** Contains no key. */
  async state(user: string): Promise<ModelState> {
    const { found, problems } = await this.#find()
    const chosen = await this.#chosen(user)
    return { ...(chosen && { chosen: withoutKey(chosen) }), found: found.map(withoutKey), problems }
  }

  async open(user: string): Promise<Model | undefined> {
    const chosen = await this.#chosen(user)
    if (!chosen) return undefined
    const { found } = await this.#find()
    const isOwn = !found.some(({ baseUrl }) => baseUrl === chosen.baseUrl)
    return openModel(
      chosen,
      isOwn && this.#parts.isShared ? { send: guardedFetcher({ redirects: 0, ...longestAnswer }) } : {},
    )
  }

  /** Whether the model at an address can be used, and why not. Nothing is stored. */
  check(user: string, input: ModelCheckInput): Promise<ModelCheck> {
    const { isShared, vault } = this.#parts
    return checkModel(input, {
      send: isShared ? guardedFetcher({ redirects: 'returned', ...longestAnswer }) : undefined,
      keyFor: async (baseUrl) => {
        const own = await vault.get(keyPlace(user, { baseUrl }))
        if (own !== undefined || isShared) return own
        // The variables are those of the only user.
        return (await this.#find()).found.find((one) => one.baseUrl === baseUrl)?.apiKey
      },
    })
  }

  /** @throws Problem 422 if the user needs their own key for this model */
  async choose(user: string, { apiKey, ...choice }: ModelChoice): Promise<void> {
    const hasOwnKey = (apiKey ?? '') !== '' || (await this.#parts.vault.has(keyPlace(user, choice)))
    const { found } = await this.#find()
    if (!this.#mayUse(choice, hasOwnKey, found)) {
      const names = found
        .filter(({ baseUrl }) => new URL(baseUrl).origin === new URL(choice.baseUrl).origin)
        .map(({ model }) => model)
      throw new Problem(
        422,
        `This host offers only ${names.join(', ')} at ${choice.baseUrl}: choose one of them, or enter your own API key`,
      )
    }
    await this.#parts.database.run`
      INSERT INTO setting (user_id, name, value) VALUES (${user}, ${'model'}, ${JSON.stringify(choice)})
      ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value`
    const place = keyPlace(user, choice)
    if (apiKey !== undefined && apiKey !== '') await this.#parts.vault.put(place, apiKey)
    // A key is only for the endpoint that it was entered for.
    else if (!(await this.#parts.vault.has(place))) await this.#parts.vault.delete(place)
  }

  async #chosen(user: string): Promise<ModelChoice | undefined> {
    const row = await this.#parts.database.get<{ value: string }>`
      SELECT value FROM setting WHERE user_id = ${user} AND name = ${'model'}`
    const { found } = await this.#find()
    if (!row) return firstOf(found)
    const choice = JSON.parse(row.value) as ModelChoice
    const same = found.find(({ baseUrl, provider }) => baseUrl === choice.baseUrl && provider === choice.provider)
    const ownKey = await this.#parts.vault.get(keyPlace(user, choice))
    // The operator may offer fewer models than when the user chose.
    if (!this.#mayUse(choice, ownKey !== undefined, found)) return firstOf(found)
    const apiKey = ownKey ?? same?.apiKey
    return { ...choice, ...(apiKey !== undefined && { apiKey }) }
  }

  /** On a shared host, an endpoint of the operator serves only the models that were found: others may be expensive. */
  #mayUse({ baseUrl, provider, model }: ModelChoice, hasOwnKey: boolean, found: ModelChoice[]): boolean {
    // By the origin, because the same endpoint may be written in several ways.
    const { origin } = new URL(baseUrl)
    const offered = found.filter((one) => new URL(one.baseUrl).origin === origin)
    if (!this.#parts.isShared || offered.length === 0) return true
    if (offered.some((one) => one.provider === provider && one.model === model)) return true
    // An endpoint that needs no key is the operator's for every user.
    return hasOwnKey && offered.every(({ apiKey }) => apiKey !== undefined)
  }

  #find(): ReturnType<typeof findModels> {
    const { environment, isShared, isOwnMachine } = this.#parts
    if (!this.#found || Date.now() - this.#found.at > foundAgainAfter)
      this.#found = { at: Date.now(), models: findModels(environment, isShared, isOwnMachine) }
    return this.#found.models
  }
}

/** One that cannot call tools answers only if there is no other. */
const firstOf = (found: FoundModel[]): FoundModel | undefined =>
  found.find(({ callsTools }) => callsTools !== false) ?? found[0]

const keyPlace = (user: string, { baseUrl }: { baseUrl: string }) =>
  ({ user, plugin: '', kind: 'model-key', origin: baseUrl }) as const

const withoutKey = <Choice extends ModelChoice>({ apiKey: _, ...choice }: Choice): Omit<Choice, 'apiKey'> => choice
