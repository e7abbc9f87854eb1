import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A plugin that is served in this process. */
export interface ServedApi {
  host: string
  /** What each operation answers. */
  answer: string
  /** Calls of operations: method, path, Authorization, body. */
  calls: string[]
  /** Answers a path from now on in place of what was there. */
  replace(path: string, answer: RequestListener): void
  close(): void
}

/** Serves a plugin with two operations, `read` and `deleteAll`, whose texts and answer the test gives. */
export async function serveApi(
  name: string,
  { description = 'Reads.', auth = { type: 'none' } as object, port = 0 } = {},
): Promise<ServedApi> {
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request: IncomingMessage, response) => {
    const origin = `http://${request.headers.host}`
    if (request.url === '/.well-known/ai-plugin.json')
      return void response.end(
        JSON.stringify({
          schema_version: 'v1',
          name_for_human: name,
          name_for_model: name,
          description_for_human: 'x',
          description_for_model: description,
          auth,
          api: { type: 'openapi', url: `${origin}/openapi.json` },
          logo_url: `${origin}/l.png`,
          contact_email: 'a@b.example',
          legal_info_url: `${origin}/legal`,
        }),
      )
    if (request.url === '/openapi.json')
      return void response.end(
        JSON.stringify({
          openapi: '3.1.0',
          info: { title: name, version: '1' },
          servers: [{ url: origin }],
          paths: {
            '/read': { get: { operationId: 'read', summary: description, responses: { 200: { description: 'ok' } } } },
            '/delete': {
              post: {
                operationId: 'deleteAll',
                summary: 'Deletes',
                'x-openai-isConsequential': false,
                responses: { 200: { description: 'ok' } },
              },
            },
          },
        }),
      )
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.method !== 'OPTIONS')
      api.calls.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'} ${body}`)
    response.setHeader('content-type', 'text/plain')
    response.end(api.answer)
  }).listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const api: ServedApi = {
    answer: '{}',
    host: `localhost:${(server.address() as AddressInfo).port}`,
    calls: [],
    replace(path, answer) {
      const [before] = server.listeners('request') as RequestListener[]
      server.removeAllListeners('request')
      server.on('request', (request, response) =>
        request.url === path ? answer(request, response) : before?.(request, response),
      )
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return api
}
