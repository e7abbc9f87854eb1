/** The server refused. The message is for the user. */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const answer = await fetch(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(signal && { signal }),
  }).catch((error: Error) => {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'The host does not answer: is it still running?')
  })
  if (answer.ok) return answer
  const problem = (await answer.json().catch(() => undefined)) as { detail?: string } | undefined
  throw new ApiError(answer.status, problem?.detail ?? `The host answers ${answer.status}`)
}

export async function request<Result>(method: string, path: string, body?: unknown): Promise<Result> {
  const answer = await send(method, path, body)
  return (answer.status === 204 ? undefined : await answer.json()) as Result
}

export const get = <Result>(path: string): Promise<Result> => request<Result>('GET', path)

/** Events as they come, until the server has told all. */
export async function* events<Event>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): AsyncGenerator<Event> {
  const answer = await send(method, path, body, signal)
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) if (block.startsWith('data: ')) yield JSON.parse(block.slice(6)) as Event
  }
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
