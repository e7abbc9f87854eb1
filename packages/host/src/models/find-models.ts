import type { ModelChoice } from '../wire.ts'

const longestLook = 1_000
const longestList = 10_000

export interface FoundModels {
  found: ModelChoice[]
  /** Why a configured endpoint has no models, in sentences. */
  problems: string[]
}

/** Programs that serve models on this machine, with the addresses where they listen by default. */
const local = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
]

/** Finds models: by the environment variables that the vendors' own programs read, and on this machine. */
export async function findModels(variables: NodeJS.ProcessEnv): Promise<FoundModels> {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, ANTHROPIC_MODEL } =
    variables
  const problems: string[] = []
  const found: ModelChoice[] = []
  if (OPENAI_API_KEY || OPENAI_BASE_URL) {
    const place = {
      provider: 'openai-compatible' as const,
      baseUrl: withoutSlash(OPENAI_BASE_URL || 'https://api.openai.com/v1'),
      ...(OPENAI_API_KEY && { apiKey: OPENAI_API_KEY }),
    }
    const from = OPENAI_API_KEY ? 'OPENAI_API_KEY' : 'OPENAI_BASE_URL'
    found.push(...(await configured({ ...place, model: OPENAI_MODEL ?? '', from }, 'OPENAI_MODEL', problems)))
  }
  if (ANTHROPIC_API_KEY) {
    const baseUrl = withoutSlash(ANTHROPIC_BASE_URL || 'https://api.anthropic.com')
    const place = {
      provider: 'anthropic' as const,
      baseUrl: baseUrl.endsWith('/v1') ? baseUrl : `${baseUrl}/v1`,
      apiKey: ANTHROPIC_API_KEY,
    }
    found.push(
      ...(await configured(
        { ...place, model: ANTHROPIC_MODEL ?? '', from: 'ANTHROPIC_API_KEY' },
        'ANTHROPIC_MODEL',
        problems,
      )),
    )
  }
  const places = variables.OLLAMA_HOST
    ? [{ name: 'Ollama', baseUrl: ollamaUrl(variables.OLLAMA_HOST) }, ...local.slice(1)]
    : local
  const near = await Promise.all(
    places.map(async ({ name, baseUrl }) => {
      const models = await listModels({ provider: 'openai-compatible', baseUrl, model: '' }, longestLook).catch(
        () => [],
      )
      return models.map(
        (model): ModelChoice => ({ provider: 'openai-compatible', baseUrl, model, from: `${name} on this machine` }),
      )
    }),
  )
  return { found: [...found, ...near.flat()], problems }
}

async function configured(choice: ModelChoice, variable: string, problems: string[]): Promise<ModelChoice[]> {
  if (choice.model !== '') return [choice]
  try {
    const models = await listModels(choice, longestList)
    if (models.length > 0) return models.slice(0, 200).map((model) => ({ ...choice, model }))
    problems.push(`${choice.baseUrl} has no models: set ${variable}`)
  } catch (error) {
    problems.push(`${choice.from} is set, but ${(error as Error).message}. Set ${variable} to name the model yourself`)
  }
  return []
}

/** The names of the models of an endpoint. @throws Error that says why they could not be listed */
export async function listModels({ provider, baseUrl, apiKey }: ModelChoice, limit = longestList): Promise<string[]> {
  const headers: Record<string, string> =
    provider === 'anthropic'
      ? { 'x-api-key': apiKey ?? '', 'anthropic-version': '2023-06-01' }
      : apiKey
        ? { authorization: `Bearer ${apiKey}` }
        : {}
  const { host } = new URL(baseUrl)
  const answer = await fetch(`${baseUrl}/models`, {
    headers,
    redirect: 'error',
    signal: AbortSignal.timeout(limit),
  }).catch((error: Error) => {
    throw new Error(`${host} does not answer`, { cause: error })
  })
  const text = (await answer.text()).slice(0, 2_000_000)
  if (!answer.ok)
    throw new Error(
      `${host} answers ${answer.status}${answer.status === 401 ? ': it does not accept the API key' : ''}`,
    )
  const names = namesIn(text)
  if (!names) throw new Error(`${host} does not answer with a list of models`)
  return names
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
