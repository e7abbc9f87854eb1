import { createServer, type IncomingMessage, type Server } from 'node:http'

/** The original todo service, in memory. The plugin must give the same responses. */
export function createSeedServer(): Server {
  const lists = new Map<string, string[]>()
  return createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://seed')
    const username = decodeURIComponent(url.pathname.slice('/todos/'.length))
    const body = (await readJson(request)) as { todo?: string; todo_idx?: number }
    const list = lists.get(username) ?? []
    let answer: object = { status: 'success' }
    if (request.method === 'GET') answer = { todos: list }
    if (request.method === 'POST') lists.set(username, [...list, body.todo as string])
    if (request.method === 'DELETE') {
      const index = body.todo_idx ?? Number(url.searchParams.get('todo_idx'))
      if (index < list.length) list.splice(index, 1)
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = (await request.setEncoding('utf8').toArray()).join('')
  return text === '' ? {} : JSON.parse(text)
}
