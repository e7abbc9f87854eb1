import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ScriptedCall {
  id?: string
  name: string
  /** As the model writes them: text that may be invalid JSON. */
  arguments: string | Record<string, unknown>
}

/** What the model answers to one request. */
export interface ScriptedTurn {
  text?: string
  calls?: ScriptedCall[]
  refusal?: string
  finish?: string
  /** Before the answer begins, and between two pieces, in milliseconds. */
  delay?: number
  pause?: number
  /** The connection breaks after so many pieces. */
  cutAfter?: number
  /** Instead of an answer. */
  error?: { status: number; body?: unknown; headers?: Record<string, string> }
}

export interface ModelCall {
  headers: IncomingHttpHeaders
  body: {
    model: string
    stream: boolean
    messages: {
      role: string
      content: unknown
      tool_calls?: { id: string; function: { name: string; arguments: string } }[]
    }[]
    tools?: {
      type: string
      function: { name: string; description: string; parameters: Record<string, unknown>; strict?: boolean }
    }[]
  }
  raw: string
}

export type Script = (call: ModelCall, index: number) => ScriptedTurn | Promise<ScriptedTurn>

export interface ServedModel {
  /** As OPENAI_BASE_URL has it. */
  baseUrl: string
  calls: ModelCall[]
  close(): void
}

/**
 * A server with the streaming protocol of OpenAI's chat completions: the role first, texts and arguments in pieces that
 * end anywhere, the usage in a chunk without choices, and [DONE].
 */
export async function serveModel(script: Script | ScriptedTurn[]): Promise<ServedModel> {
  const calls: ModelCall[] = []
  const answer: Script = Array.isArray(script) ? (_, index) => script[index] ?? { text: 'The script is over.' } : script
  const server = createServer(async (request, response) => {
    if (request.method === 'GET' && request.url?.endsWith('/models'))
      return void response.end(JSON.stringify({ object: 'list', data: [{ id: 'double-1', object: 'model' }] }))
    let raw = ''
    for await (const chunk of request) raw += chunk
    if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions'))
      return void response.writeHead(404).end('{}')
    const call: ModelCall = { headers: request.headers, body: JSON.parse(raw), raw }
    calls.push(call)
    const turn = await answer(call, calls.length - 1)
    if (turn.delay) await sleep(turn.delay, undefined, { ref: false })
    if (turn.error) {
      response.writeHead(turn.error.status, { 'content-type': 'application/json', ...turn.error.headers })
      return void response.end(
        JSON.stringify(turn.error.body ?? { error: { message: `status ${turn.error.status}`, type: 'x', code: null } }),
      )
    }
    await writeTurn(response, turn)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function writeTurn(response: ServerResponse, turn: ScriptedTurn): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'double-1' }
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason }],
  })
  const chunks: object[] = [chunk({ role: 'assistant', content: '' })]
  for (const piece of pieces(turn.text ?? '')) chunks.push(chunk({ content: piece }))
  for (const piece of pieces(turn.refusal ?? '')) chunks.push(chunk({ refusal: piece }))
  const calls = (turn.calls ?? []).map(({ id, name, arguments: given }, index) => ({
    index,
    id: id ?? `call_${index}_${Math.random().toString(36).slice(2)}`,
    name,
    text: typeof given === 'string' ? given : JSON.stringify(given),
  }))
  for (const { index, id, name } of calls)
    chunks.push(chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }))
  // Arguments of parallel calls are interleaved.
  const parts = calls.map(({ index, text }) =>
    pieces(text).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
  )
  for (let at = 0; parts.some((list) => at < list.length); at++)
    for (const list of parts) if (list[at]) chunks.push(list[at] as object)
  chunks.push(chunk({}, turn.finish ?? (calls.length > 0 ? 'tool_calls' : 'stop')))
  chunks.push({ ...base, choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } })
  let written = 0
  for (const one of chunks) {
    if (turn.cutAfter !== undefined && written++ >= turn.cutAfter) {
      await sleep(50)
      return void response.destroy()
    }
    const bytes = Buffer.from(`data: ${JSON.stringify(one)}\n\n`)
    // In the middle, perhaps of a character.
    const middle = Math.floor(bytes.length / 2)
    response.write(bytes.subarray(0, middle))
    if (turn.pause) await sleep(turn.pause, undefined, { ref: false })
    response.write(bytes.subarray(middle))
  }
  response.end('data: [DONE]\n\n')
}

const pieces = (text: string): string[] => text.match(/.{1,7}/gsu) ?? []

/** A model that does everything that it reads: `CALL name {arguments}` anywhere in what it is told. */
export const obedient: Script = ({ body }) => {
  const texts = body.messages.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)))
  const done = new Set(
    body.messages.flatMap(({ tool_calls = [] }) =>
      tool_calls.map(({ function: { name, arguments: given } }) => `${name} ${JSON.stringify(JSON.parse(given))}`),
    ),
  )
  const orders = [...texts, ...(body.tools ?? []).map(({ function: { description } }) => description)].flatMap((text) =>
    Array.from(text.replaceAll('\\"', '"').matchAll(/CALL ([\w-]+) (\{[^{}]*\})/g), ([, name = '', given = '{}']) => ({
      name,
      arguments: given,
    })),
  )
  const next = orders.filter(({ name, arguments: given }) => !done.has(`${name} ${JSON.stringify(JSON.parse(given))}`))
  return next.length > 0 ? { calls: next.slice(0, 1) } : { text: 'Done.' }
}
