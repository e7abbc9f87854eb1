import type { Fetch } from '@reference-plugins/guarded-fetch'
import type { Schema } from '@reference-plugins/reader'
import type { FoundModel, ModelCheck, ModelCheckInput, ModelProblem } from '../wire.ts'
import { type Asked, askServer, keyHeaders } from './ask-server.ts'
import { localPrograms, programOf, readProgram } from './local-programs.ts'
import { type ModelAddress, toModelAddress } from './model-address.ts'
import { entriesIn, inOrder } from './model-list.ts'
import {
  hostOf,
  isAboutKey,
  keyProblem,
  noModels,
  noSuchModel,
  noTools,
  pathProblem,
  serverProblem,
  whyNoAnswer,
  whyNotCalled,
} from './model-problems.ts'
import { openModel } from './open-model.ts'

/** In milliseconds. A program may first have to load the model. */
const longestList = 10_000
const longestCall = 90_000

export interface CheckOptions {
  /** How addresses of the user are reached; undefined for the `fetch` of Node, which reaches everything. */
  send: Fetch | undefined
  /** The key that the user has saved for an address. */
  keyFor(baseUrl: string): Promise<string | undefined>
}

/** Finds the API at an address that a user typed and what it offers, or why it cannot be used. */
export async function checkModel(input: ModelCheckInput, options: CheckOptions): Promise<ModelCheck> {
  const address = toModelAddress(input.address, input.apiKey)
  if (typeof address === 'string')
    return {
      provider: 'openai-compatible',
      baseUrl: '',
      models: [],
      problem: {
        reason: 'not an address',
        message: `${address}.`,
        advice:
          'Type the address of the API, such as localhost:11434 or https://api.openai.com/v1, and the key in its own field.',
      },
    }
  const listed = await list(address, input.apiKey, options)
  const { model } = input
  // A few servers list no models but answer.
  if (model === undefined || (listed.problem && listed.problem.reason !== 'wrong path')) return listed
  const isListed = listed.models.some((one) => one.model === model || one.model === `${model}:latest`)
  if (!isListed && listed.models.length > 0) return { ...listed, problem: noSuchModel(listed, model) }
  const { problem: _, ...known } = listed
  const problem = await tryTool(known, model, input.apiKey, options)
  return problem ? { ...known, problem } : known
}

async function list({ provider, candidates }: ModelAddress, given: string | undefined, options: CheckOptions) {
  const answers: { baseUrl: string; asked: Asked }[] = []
  for (const baseUrl of candidates) {
    const apiKey = given || (await options.keyFor(baseUrl))
    const failed = (problem: ModelProblem): ModelCheck => ({ provider, baseUrl, models: [], problem })
    const headers = keyHeaders(provider, apiKey)
    const asked = await askServer(`${baseUrl}/models`, { headers, limit: longestList, send: options.send }).catch(
      (error: Error) => error,
    )
    if (asked instanceof Error) return failed(whyNoAnswer(asked, baseUrl, longestList))
    if (isAboutKey(asked)) return failed(keyProblem(baseUrl, apiKey))
    if (asked.status === 429 || asked.status >= 500) return failed(serverProblem(asked, baseUrl))
    const entries = asked.status === 200 ? entriesIn(asked.body) : undefined
    if (entries) return toCheck({ provider, baseUrl }, entries, headers, options)
    answers.push({ baseUrl, asked })
  }
  const [first] = answers
  return { provider, baseUrl: candidates[0], models: [], problem: pathProblem(answers, first?.baseUrl ?? '') }
}

async function toCheck(
  found: Pick<ModelCheck, 'provider' | 'baseUrl'>,
  entries: (Schema & { id: string })[],
  headers: Record<string, string>,
  { send }: CheckOptions,
): Promise<ModelCheck> {
  const { origin } = new URL(found.baseUrl)
  // Only where the user may reach everything: these requests are not guarded.
  const { program, own } = send ? {} : await readOwn(entries, origin, headers)
  const listed = own ?? entries.map(({ id: model }) => ({ model }))
  const models = inOrder(listed).map((model): FoundModel => ({ ...found, ...model }))
  if (models.length === 0) return { ...found, models, problem: noModels(found.baseUrl, program?.advice) }
  if (models.every(({ callsTools }) => callsTools === false))
    return {
      ...found,
      models,
      problem: noTools(`None of the models at ${hostOf(found.baseUrl)} can call tools.`, program?.advice),
    }
  return { ...found, models }
}

/** What the program says in its own API, if it is one that the host knows. A list without models does not say which. */
async function readOwn(entries: Schema[], origin: string, headers: Record<string, string>) {
  const listed = programOf(entries)
  for (const program of entries.length === 0 ? localPrograms : listed ? [listed] : []) {
    const own = await readProgram(program, origin, longestList, headers)
    if (own) return { program, own }
  }
  return {}
}

/** Asks the model to call a tool, as a conversation does. */
async function tryTool(
  { provider, baseUrl }: Pick<ModelCheck, 'provider' | 'baseUrl'>,
  model: string,
  given: string | undefined,
  { send, keyFor }: CheckOptions,
): Promise<ModelProblem | undefined> {
  const apiKey = given || (await keyFor(baseUrl))
  const choice = { provider, baseUrl, model, ...(apiKey !== undefined && { apiKey }) }
  const tried = openModel(choice, { longestToBegin: longestCall, ...(send && { send }) })
  const limit = new AbortController()
  try {
    const events = tried.stream({
      system: 'You test whether tools work.',
      messages: [{ role: 'user', text: 'Call the tool report_ready with ready set to true. Say nothing else.' }],
      tools: [reportReady],
      signal: AbortSignal.any([limit.signal, AbortSignal.timeout(longestCall)]),
    })
    for await (const { type } of events) if (type === 'call' || type === 'bad-call') return undefined
    return noTools(`${model} answered, but did not call the tool that it was asked to call.`)
  } catch (error) {
    return whyNotCalled(error as Error, { baseUrl, model, apiKey, limit: longestCall })
  } finally {
    // The rest of the answer is not needed.
    limit.abort()
  }
}

const reportReady = {
  name: 'report_ready',
  description: 'Reports that tools work.',
  parameters: {
    type: 'object',
    properties: { ready: { type: 'boolean' } },
    required: ['ready'],
    additionalProperties: false,
  },
  strict: false,
}
