import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a program answers, by method and path; a function gets the body of the request. */
export type Answers = Record<string, unknown | ((body: Record<string, unknown>) => unknown)>

export interface LocalDouble {
  origin: string
  /** The requests that came, such as `GET /api/tags`. */
  asked: string[]
  close(): void
}

/** A server at the edge of the network that speaks the API of a program; everything else is its 404. */
export async function serveLocal(answers: Answers, notFound: unknown = {}): Promise<LocalDouble> {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const key = `${request.method} ${request.url}`
    asked.push(key)
    const answer = answers[key]
    const value = typeof answer === 'function' ? answer(text === '' ? {} : JSON.parse(text)) : answer
    response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value ?? notFound))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const listed = (owned_by: string, ...ids: string[]) => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model', created: 1_727_000_000, owned_by })),
})

const ollamaModel = (name: string, parameter_size: string, family = 'llama') => ({
  name,
  model: name,
  modified_at: '2026-05-10T08:06:48.639712648-07:00',
  size: 4_683_075_271,
  digest: '0a8c266910232fd3291e71e5ba1e058cc5af9d411192cf88b6d30e92b6e73163',
  details: {
    parent_model: '',
    format: 'gguf',
    family,
    families: [family],
    parameter_size,
    quantization_level: 'Q4_K_M',
  },
})

const capabilities: Record<string, string[]> = {
  'gemma3:4b': ['completion', 'vision'],
  'nomic-embed-text:latest': ['embedding'],
  'qwen3:8b': ['completion', 'tools', 'thinking'],
}

export const ollama: Answers = {
  'GET /api/version': { version: '0.12.6' },
  'GET /api/tags': {
    models: [
      ollamaModel('gemma3:4b', '4.3B', 'gemma3'),
      ollamaModel('nomic-embed-text:latest', '137M', 'nomic-bert'),
      ollamaModel('qwen3:8b', '8.2B', 'qwen3'),
    ],
  },
  'POST /api/show': ({ model }: Record<string, unknown>) => ({
    license: '…',
    modelfile: '…',
    template: '{{ .Prompt }}',
    details: {},
    model_info: { 'general.architecture': 'x' },
    capabilities: capabilities[String(model)],
  }),
  'GET /v1/models': listed('library', 'gemma3:4b', 'nomic-embed-text:latest', 'qwen3:8b'),
}

/** LM Studio 0.4. */
export const lmStudio: Answers = {
  'GET /api/v1/models': {
    models: [
      {
        type: 'llm',
        publisher: 'google',
        key: 'google/gemma-3-4b',
        display_name: 'Gemma 3 4B',
        architecture: 'gemma3',
        quantization: { name: '4bit', bits_per_weight: 4 },
        size_bytes: 3_034_755_901,
        params_string: '4B',
        loaded_instances: [],
        max_context_length: 131_072,
        format: 'mlx',
        capabilities: { vision: true, trained_for_tool_use: false },
        description: null,
      },
      {
        type: 'llm',
        publisher: 'qwen',
        key: 'qwen/qwen3.5-9b',
        display_name: 'Qwen3.5 9B',
        architecture: 'qwen35',
        quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
        size_bytes: 6_548_927_017,
        params_string: '9B',
        loaded_instances: [{ id: 'qwen/qwen3.5-9b', config: { context_length: 4_096 } }],
        max_context_length: 262_144,
        format: 'gguf',
        capabilities: { vision: false, trained_for_tool_use: true },
        description: null,
      },
      {
        type: 'embedding',
        publisher: 'nomic-ai',
        key: 'text-embedding-nomic-embed-text-v1.5',
        display_name: 'Nomic Embed Text v1.5',
        quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
        size_bytes: 84_106_624,
        params_string: null,
        loaded_instances: [],
        max_context_length: 2_048,
        format: 'gguf',
      },
    ],
  },
  'GET /v1/models': listed(
    'organization_owner',
    'google/gemma-3-4b',
    'qwen/qwen3.5-9b',
    'text-embedding-nomic-embed-text-v1.5',
  ),
}

/** LM Studio 0.3.6 to 0.3. */
export const olderLmStudio: Answers = {
  'GET /api/v0/models': {
    object: 'list',
    data: [
      {
        id: 'qwen2-vl-7b-instruct',
        object: 'model',
        type: 'vlm',
        publisher: 'mlx-community',
        arch: 'qwen2_vl',
        compatibility_type: 'mlx',
        quantization: '4bit',
        state: 'not-loaded',
        max_context_length: 32_768,
      },
      {
        id: 'meta-llama-3.1-8b-instruct',
        object: 'model',
        type: 'llm',
        publisher: 'lmstudio-community',
        arch: 'llama',
        compatibility_type: 'gguf',
        quantization: 'Q4_K_M',
        state: 'loaded',
        max_context_length: 131_072,
        capabilities: ['tool_use'],
      },
      { id: 'text-embedding-nomic-embed-text-v1.5', object: 'model', type: 'embeddings', state: 'not-loaded' },
    ],
  },
}

/** @param supportsTools what the chat template of its model has a place for */
export const llamaCpp = (supportsTools: boolean): Answers => ({
  'GET /health': { status: 'ok' },
  'GET /v1/models': {
    ...listed('llamacpp'),
    data: [
      {
        id: '/models/Qwen3-4B-Q4_K_M.gguf',
        object: 'model',
        created: 1_727_000_000,
        owned_by: 'llamacpp',
        meta: { vocab_type: 2, n_vocab: 151_936, n_ctx_train: 40_960, n_embd: 2_560, n_params: 4_022_468_096, size: 1 },
      },
    ],
  },
  'GET /props': {
    default_generation_settings: { n_ctx: 4_096 },
    total_slots: 1,
    model_path: '/models/Qwen3-4B-Q4_K_M.gguf',
    chat_template: '…',
    chat_template_caps: {
      supports_tools: supportsTools,
      supports_tool_calls: supportsTools,
      supports_system_role: true,
    },
    modalities: { vision: false, audio: false },
    build_info: 'b9014-d4b0c22f9',
  },
})

export const vllm: Answers = {
  'GET /version': { version: '0.11.0' },
  'GET /v1/models': {
    object: 'list',
    data: [
      {
        id: 'Qwen/Qwen3-8B',
        object: 'model',
        created: 1_727_000_000,
        owned_by: 'vllm',
        root: 'Qwen/Qwen3-8B',
        parent: null,
        max_model_len: 40_960,
        permission: [{ id: 'modelperm-1', object: 'model_permission', allow_sampling: true }],
      },
    ],
  },
}
