import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4Prompt,
  type LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import { errorCode } from '@reference-plugins/guarded-fetch'
import { isObject } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import type { ModelChoice } from '../wire.ts'
import { withInputsAsText } from './inputs-as-text.ts'
import { type Model, ModelError, type ModelEvent, type ModelMessage, type ModelRequest } from './model.ts'
import { type ModelFetchOptions, modelFetch } from './model-fetch.ts'
import { publishAnswer } from './publish-answer.ts'

const longestArguments = 200_000
/** A model at an endpoint that is compatible with OpenAI's chat completions or with Anthropic's messages. */
export function openModel(choice: ModelChoice, options: ModelFetchOptions = {}): Model {
  const send = modelFetch(options)
  return {
    choice,
    stream: (request) => stream(choice, toModel(choice, send), request),
    async toRaw(request) {
      let body = ''
      const model = toModel(choice, (_, init) => {
        body = String(init?.body)
        return Promise.reject(new ModelError('nothing is sent'))
      })
      await Promise.resolve(model.doStream(toOptions(request))).catch(() => {})
      return body
    },
  }
}

function toModel({ provider, baseUrl, apiKey, model }: ModelChoice, fetch: typeof globalThis.fetch): LanguageModelV4 {
  // The library requires a key even if the endpoint needs none.
  if (provider === 'anthropic')
    return createAnthropic({ baseURL: baseUrl, apiKey: apiKey ?? 'none', fetch: withInputsAsText(fetch) })(model)
  const key = apiKey === undefined ? {} : { apiKey }
  return createOpenAICompatible({ name: 'host', baseURL: baseUrl, fetch, includeUsage: true, ...key })(model)
}

const toOptions = ({ system, messages, tools, signal }: ModelRequest) => ({
  prompt: [{ role: 'system' as const, content: system }, ...messages.map(toPromptMessage)],
  abortSignal: signal,
  ...(tools.length > 0 && {
    tools: tools.map(({ parameters, ...tool }) => ({ type: 'function' as const, ...tool, inputSchema: parameters })),
  }),
})

function toPromptMessage(message: ModelMessage): LanguageModelV4Prompt[number] {
  if (message.role === 'user') return { role: 'user', content: [{ type: 'text', text: message.text }] }
  if (message.role === 'tool') {
    const { callId: toolCallId, name: toolName, text: value } = message
    return { role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } }] }
  }
  const calls = message.calls.map(({ id, name, arguments: input }) => {
    return { type: 'tool-call' as const, toolCallId: id, toolName: name, input }
  })
  const text = message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]
  return { role: 'assistant', content: [...text, ...calls] }
}

async function* stream(choice: ModelChoice, model: LanguageModelV4, request: ModelRequest): AsyncGenerator<ModelEvent> {
  const seen = new Set<string>()
  const published = publishAnswer(choice, () => model.doStream(toOptions(request)))
  try {
    const { stream: parts } = await published.started
    for await (const part of parts) {
      published.note(part)
      const event = toEvent(part, seen)
      if (event) yield event
    }
  } catch (error) {
    published.fail(error)
    if (request.signal.aborted) throw error
    throw toModelError(error, choice)
  } finally {
    published.end()
  }
}

function toEvent(part: LanguageModelV4StreamPart, seen: Set<string>): ModelEvent | undefined {
  switch (part.type) {
    case 'text-delta':
      return part.delta === '' ? undefined : { type: 'text', delta: part.delta }
    case 'tool-call':
      // Some servers give several calls the same id.
      if (seen.has(part.toolCallId)) return toCall(`${part.toolCallId}-${seen.size}`, part.toolName, part.input, seen)
      return toCall(part.toolCallId, part.toolName, part.input, seen)
    case 'error':
      throw part.error
    case 'finish': {
      const { unified } = part.finishReason
      if (unified === 'error' || unified === 'interrupted')
        throw new ModelError('The answer of the model was cut off. Try again')
      return { type: 'end', reason: unified }
    }
    default:
      return undefined
  }
}

function toCall(id: string, name: string, text: string, seen: Set<string>): ModelEvent {
  seen.add(id)
  const bad = (fault: string): ModelEvent => ({ type: 'bad-call', id, name, text: text.slice(0, 2_000), fault })
  if (text.length > longestArguments) return bad(`the arguments are longer than ${longestArguments} characters`)
  if (text.trim() === '') return { type: 'call', id, name, arguments: {} }
  try {
    const value = parseExact(text)
    return isObject(value) ? { type: 'call', id, name, arguments: value } : bad('the arguments are not a JSON object')
  } catch (error) {
    return bad(`the arguments are not valid JSON (${(error as Error).message.slice(0, 100)})`)
  }
}

function toModelError(error: unknown, choice: ModelChoice): ModelError {
  for (let inner = error; inner instanceof Error; inner = inner.cause) if (inner instanceof ModelError) return inner
  return new ModelError(toAdvice(error, choice), { cause: error })
}

function toAdvice(error: unknown, { baseUrl, model }: ModelChoice): string {
  const { host } = new URL(baseUrl)
  const status = APICallError.isInstance(error) ? (error.statusCode ?? 0) : 0
  const said = APICallError.isInstance(error) ? error.message.slice(0, 300) : ''
  if (status === 401 || status === 403)
    return `${host} does not accept the API key: check it in the settings, or the environment variable that it comes from`
  if (status === 404) return `${host} does not have the model ${model}: choose another one in the settings (${said})`
  if (status === 429) return `${host} has received too many requests: wait, and try again (${said})`
  if (status >= 500) return `${host} failed (${status}): try again later (${said})`
  if (status >= 400) return `${host} rejected the request (${status}): ${said}`
  const code = errorCode(error)
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return `Nothing answers at ${baseUrl}: start the server of the model, or choose another model in the settings`
  return `The answer of ${host} broke off (${code ?? (error as Error).message.slice(0, 200)}). Try again`
}
