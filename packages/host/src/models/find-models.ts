import type { ModelChoice, ModelState } from '../wire.ts'

const longestLook = 1_000
const longestList = 10_000

/** Programs that serve models on this machine, with the addresses where they listen by default. */
const local = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
] as const

/**
 * Finds models: by the environment variables that the vendors' own programs read, and on this machine. OPENAI_MODEL and
 * ANTHROPIC_MODEL may name several, separated by commas.
 * @param isShared whether others use the operator's key, for which the operator must then name the models
 */
export async function findModels(variables: NodeJS.ProcessEnv, isShared = false): Promise<Omit<ModelState, 'chosen'>> {
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
  const [ollama, ...others] = local
  const places = [OLLAMA_HOST ? { ...ollama, baseUrl: ollamaUrl(OLLAMA_HOST) } : ollama, ...others]
  const problems: string[] = []
  const found = await Promise.all([
    ...configured.map((choice) => complete(choice, isShared, problems)),
    ...places.map(({ name, baseUrl }) => {
      const choice = { provider: 'openai-compatible', baseUrl, model: '', from: `${name} on this machine` } as const
      return withModels(choice, longestLook).catch(() => [])
    }),
  ])
  return { found: found.flat(), problems }
}

/** A configured choice for each model that it names; for each model of its endpoint if it names none. */
async function complete(choice: ModelChoice, isShared: boolean, problems: string[]): Promise<ModelChoice[]> {
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
    const found = await withModels(choice, longestList)
    if (found.length === 0) problems.push(`${choice.baseUrl} has no models: set ${variable}`)
    return found.slice(0, 200)
  } catch (error) {
    problems.push(`${choice.from} is set, but ${(error as Error).message}. Set ${variable} to name the model yourself`)
    return []
  }
}

/** The choice with each model of its endpoint. @throws Error that says why they could not be listed */
async function withModels(choice: ModelChoice, limit: number): Promise<ModelChoice[]> {
  const { provider, baseUrl, apiKey = '' } = choice
  const headers: Record<string, string> =
    provider === 'anthropic'
      ? { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
      : apiKey === ''
        ? {}
        : { authorization: `Bearer ${apiKey}` }
  const { host } = new URL(baseUrl)
  const signal = AbortSignal.timeout(limit)
  const answer = await fetch(`${baseUrl}/models`, { headers, redirect: 'error', signal }).catch((error: Error) => {
    throw new Error(`${host} does not answer`, { cause: error })
  })
  const text = (await answer.text()).slice(0, 2_000_000)
  if (!answer.ok)
    throw new Error(
      `${host} answers ${answer.status}${answer.status === 401 ? ': it does not accept the API key' : ''}`,
    )
  const names = namesIn(text)
  if (!names) throw new Error(`${host} does not answer with a list of models`)
  return names.map((model) => ({ ...choice, model }))
}

/** Any program may listen on such a port, so the answer must be a list of models exactly. */
function namesIn(text: string): string[] | undefined {
  try {
    const { data } = JSON.parse(text) as { data?: unknown }
    if (!Array.isArray(data)) return undefined
    const names = data.map((one: { id?: unknown }) => one?.id)
    return names.every((name) => typeof name === 'string' && name.length <= 200)
      ? (names as string[]).toSorted()
      : undefined
  } catch {
    return undefined
  }
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

/** OLLAMA_HOST may have a host, a port or both, with or without a scheme. */
function ollamaUrl(host: string): string {
  const url = URL.parse(/^https?:\/\//.test(host) ? host : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`)
  if (!url) return 'http://127.0.0.1:11434/v1'
  if (url.port === '' && !/^https?:\/\//.test(host)) url.port = '11434'
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  return `${url.origin}/v1`
}
