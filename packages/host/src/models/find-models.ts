import type { FoundModel, ModelChoice, ModelState } from '../wire.ts'
import { askServer, keyHeaders } from './ask-server.ts'
import { type LocalProgram, localPrograms, programOf, readProgram } from './local-programs.ts'
import { entriesIn } from './model-list.ts'

const longestLook = 1_000
const longestList = 10_000

/**
 * Finds models: by the environment variables that the vendors' own programs read, and on this machine. OPENAI_MODEL and
 * ANTHROPIC_MODEL may name several, separated by commas.
 * @param isShared whether others use the operator's key, for which the operator must then name the models
 * @param isOwnMachine whether the programs on this machine are the user's; OLLAMA_HOST names one in any case
 */
export async function findModels(
  variables: NodeJS.ProcessEnv,
  isShared = false,
  isOwnMachine = !isShared,
): Promise<Omit<ModelState, 'chosen'>> {
  const {
    OPENAI_API_KEY,
    OPENAI_BASE_URL,
    OPENAI_MODEL,
    ANTHROPIC_API_KEY,
    ANTHROPIC_BASE_URL,
    ANTHROPIC_MODEL,
    OLLAMA_HOST,
  } = variables
  const configured: ModelChoice[] = []
  if (OPENAI_API_KEY || OPENAI_BASE_URL)
    configured.push({
      provider: 'openai-compatible',
      baseUrl: withoutSlash(OPENAI_BASE_URL || 'https://api.openai.com/v1'),
      ...(OPENAI_API_KEY && { apiKey: OPENAI_API_KEY }),
      model: OPENAI_MODEL ?? '',
      from: OPENAI_API_KEY ? 'OPENAI_API_KEY' : 'OPENAI_BASE_URL',
    })
  if (ANTHROPIC_API_KEY)
    configured.push({
      provider: 'anthropic',
      baseUrl: `${withoutSlash(ANTHROPIC_BASE_URL || 'https://api.anthropic.com').replace(/\/v1$/, '')}/v1`,
      apiKey: ANTHROPIC_API_KEY,
      model: ANTHROPIC_MODEL ?? '',
      from: 'ANTHROPIC_API_KEY',
    })
  const places = localPrograms
    .map((program) => ({
      program,
      origin: program.name === 'Ollama' && OLLAMA_HOST ? ollamaOrigin(OLLAMA_HOST) : program.origin,
    }))
    .filter(({ program }) => isOwnMachine || (program.name === 'Ollama' && OLLAMA_HOST))
  const problems: string[] = []
  const found = await Promise.all([
    ...configured.map((choice) => complete(choice, isShared, problems)),
    ...places.map(({ program, origin }) => findLocal(program, origin, problems)),
  ])
  return { found: found.flat(), problems }
}

/** The models of a program on this machine: by its own API, or by OpenAI's list, which every one of them has. */
async function findLocal(program: LocalProgram, origin: string, problems: string[]): Promise<FoundModel[]> {
  const choice = { provider: 'openai-compatible', baseUrl: `${origin}/v1` } as const
  const models = await readProgram(program, origin, longestLook)
  if (models?.length === 0)
    problems.push(`${program.name} runs on this machine, but has no model that can converse. ${program.advice}`)
  if (models) return models.map((model) => ({ ...choice, ...model, from: `${program.name} on this machine` }))
  const entries = await listOf({ ...choice, model: '' }, longestLook).catch(() => [])
  // Another program may listen at the usual port.
  const isNamed = origin !== program.origin
  const name = programOf(entries)?.name ?? (isNamed ? program.name : undefined)
  const from = name === undefined ? `port ${new URL(origin).port} of this machine` : `${name} on this machine`
  return entries.map(({ id: model }) => ({ ...choice, model, from }))
}

/** A configured choice for each model that it names; for each model of its endpoint if it names none. */
async function complete(choice: ModelChoice, isShared: boolean, problems: string[]): Promise<FoundModel[]> {
  const names = choice.model.split(',').map((name) => name.trim())
  const named = [...new Set(names)].flatMap((model) => (model === '' ? [] : [{ ...choice, model }]))
  if (named.length > 0) return named
  const variable = choice.provider === 'anthropic' ? 'ANTHROPIC_MODEL' : 'OPENAI_MODEL'
  if (isShared) {
    problems.push(
      `${choice.from} is set, but no model for the users of this host: name those that they may use in ${variable}`,
    )
    return []
  }
  try {
    const entries = await listOf(choice, longestList)
    if (entries.length === 0) problems.push(`${choice.baseUrl} has no models: set ${variable}`)
    return entries.slice(0, 200).map(({ id: model }) => ({ ...choice, model }))
  } catch (error) {
    problems.push(`${choice.from} is set, but ${(error as Error).message}. Set ${variable} to name the model yourself`)
    return []
  }
}

/** The models of an endpoint. @throws Error that says why they could not be listed */
async function listOf({ provider, baseUrl, apiKey }: ModelChoice, limit: number) {
  const { host } = new URL(baseUrl)
  const headers = keyHeaders(provider, apiKey)
  const { status, body } = await askServer(`${baseUrl}/models`, { headers, limit }).catch((error: Error) => {
    throw new Error(`${host} does not answer`, { cause: error })
  })
  if (status !== 200)
    throw new Error(`${host} answers ${status}${status === 401 ? ': it does not accept the API key' : ''}`)
  const entries = entriesIn(body)
  if (!entries) throw new Error(`${host} does not answer with a list of models`)
  return entries
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

/** OLLAMA_HOST may have a host, a port or both, with or without a scheme. */
function ollamaOrigin(host: string): string {
  const url = URL.parse(/^https?:\/\//.test(host) ? host : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`)
  if (!url) return 'http://127.0.0.1:11434'
  if (url.port === '' && !/^https?:\/\//.test(host)) url.port = '11434'
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  return url.origin
}
