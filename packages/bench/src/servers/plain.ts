import { createServer, type ServerResponse } from 'node:http'

interface Lists {
  read(username: string): string[]
  add(username: string, todo: string): void
}

/** The least that serves the wire on node:http. Where the todos are kept is left to the caller. */
export function servePlain(lists: Lists): void {
  const server = createServer((request, response) => {
    const username = (request.url ?? '').slice('/todos/'.length)
    if (request.method === 'GET') return answer(response, { todos: lists.read(username) })
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      lists.add(username, JSON.parse(Buffer.concat(chunks).toString()).todo)
      answer(response, { status: 'success' })
    })
  })
  server.listen(Number(process.env.PORT), process.env.HOST)
}

function answer(response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
