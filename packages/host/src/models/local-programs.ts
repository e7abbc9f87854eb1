import { isObject, objectOf, type Schema } from '@reference-plugins/reader'
import pLimit from 'p-limit'
import { type Asked, askServer } from './ask-server.ts'
import { entriesIn, inOrder, isName, type ListedModel, texts, toSize } from './model-list.ts'

/** A program that serves models on the machine of its user. */
export interface LocalProgram {
  name: string
  /** Where it listens by default. */
  origin: string
  /** How it says in OpenAI's list who it is. */
  owner: string
  /** What it says about its models in its own API; undefined if it is not this program, or an old version. */
  read(ask: Ask): Promise<ListedModel[] | undefined>
  /** What to do if it has no model. */
  advice: string
}

type Ask = (path: string, body?: unknown) => Promise<Asked | undefined>

/** Of so many models Ollama is asked what they can do. */
const mostShown = 40

/** https://github.com/ollama/ollama/blob/main/docs/api.md */
const ollama: LocalProgram = {
  name: 'Ollama',
  origin: 'http://127.0.0.1:11434',
  owner: 'library',
  advice: 'Load a model that calls tools: ollama pull qwen3',
  async read(ask) {
    const models = (await listIn(ask, '/api/tags', 'models'))?.filter(({ name }) => isName(name))
    if (!models) return undefined
    const oneOfFew = pLimit(4)
    const shown = await Promise.all(
      models.map(({ name }, index) =>
        index < mostShown ? oneOfFew(() => ask('/api/show', { model: name })) : Promise.resolve(undefined),
      ),
    )
    return models.flatMap(({ name, details }, index): ListedModel[] => {
      const { parameter_size: parameters, quantization_level: quantization } = objectOf(details)
      const capabilities = texts(objectOf(shown[index]?.body).capabilities)
      // An embedding model cannot converse.
      if (capabilities.length > 0 && !capabilities.includes('completion')) return []
      return [
        {
          model: name as string,
          ...toSize(parameters, quantization),
          ...(capabilities.length > 0 && { callsTools: capabilities.includes('tools') }),
        },
      ]
    })
  },
}

/** https://lmstudio.ai/docs/developer/rest: v1 since 0.4, v0 since 0.3.6. Every one of its models takes tools. */
const lmStudio: LocalProgram = {
  name: 'LM Studio',
  origin: 'http://127.0.0.1:1234',
  owner: 'organization_owner',
  advice: 'Download a model in LM Studio, on its page Discover',
  async read(ask) {
    const models = await listIn(ask, '/api/v1/models', 'models')
    if (models)
      return models.flatMap(({ type, key, params_string: parameters, quantization, capabilities }): ListedModel[] => {
        if (!isName(key) || type !== 'llm') return []
        const isTrained = objectOf(capabilities).trained_for_tool_use === true
        const size = toSize(parameters, objectOf(quantization).name)
        return [{ model: key, ...size, ...(isTrained && { callsTools: true }) }]
      })
    const older = await listIn(ask, '/api/v0/models', 'data')
    return older?.flatMap(({ type, id, quantization, capabilities }): ListedModel[] => {
      if (!isName(id) || (type !== 'llm' && type !== 'vlm')) return []
      const isTrained = texts(capabilities).includes('tool_use')
      return [{ model: id, ...toSize(quantization), ...(isTrained && { callsTools: true }) }]
    })
  },
}

/** https://github.com/ggml-org/llama.cpp/tree/master/tools/server: it ignores tools that the template has no place for. */
const llamaCpp: LocalProgram = {
  name: 'llama.cpp',
  origin: 'http://127.0.0.1:8080',
  owner: 'llamacpp',
  advice: 'Start it with a model: llama-server --jinja -m MODEL.gguf',
  async read(ask) {
    const entries = entriesIn((await ask('/v1/models'))?.body)
    if (!entries?.some(({ owned_by }) => owned_by === llamaCpp.owner)) return undefined
    const { supports_tools: supportsTools } = objectOf(objectOf((await ask('/props'))?.body).chat_template_caps)
    // With several models, the properties are those of none of them.
    const isKnown = entries.length === 1 && typeof supportsTools === 'boolean'
    return entries.map(({ id, meta }) => {
      const { n_params: parameters } = objectOf(meta)
      const size = typeof parameters === 'number' ? toSize(`${(parameters / 1e9).toFixed(1)}B`) : {}
      return { model: id, ...size, ...(isKnown && { callsTools: supportsTools }) }
    })
  },
}

/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server: its list does not say who calls tools. */
const vllm: LocalProgram = {
  name: 'vLLM',
  origin: 'http://127.0.0.1:8000',
  owner: 'vllm',
  advice: 'Start it with a model: vllm serve MODEL --enable-auto-tool-choice --tool-call-parser PARSER',
  async read(ask) {
    const entries = entriesIn((await ask('/v1/models'))?.body)
    if (!entries?.some(({ owned_by }) => owned_by === vllm.owner)) return undefined
    return entries.map(({ id }) => ({ model: id }))
  },
}

export const localPrograms = [ollama, lmStudio, llamaCpp, vllm]

/** The program that wrote a list of models, if it says so. */
export const programOf = (entries: Schema[]): LocalProgram | undefined =>
  localPrograms.find(({ owner }) => entries.some(({ owned_by }) => owned_by === owner))

/**
 * The models of the program at an origin, those that call tools first.
 * @param limit for each request, in milliseconds
 */
export async function readProgram(
  program: LocalProgram,
  origin: string,
  limit: number,
  headers: Record<string, string> = {},
): Promise<ListedModel[] | undefined> {
  const ask: Ask = async (path, body) => {
    const asked = await askServer(`${origin}${path}`, { limit, headers, body }).catch(() => undefined)
    return asked?.status === 200 ? asked : undefined
  }
  const models = await program.read(ask)
  return models && inOrder(models)
}

async function listIn(ask: Ask, path: string, member: string): Promise<Schema[] | undefined> {
  const list = objectOf((await ask(path))?.body)[member]
  return Array.isArray(list) && list.every(isObject) ? list : undefined
}
