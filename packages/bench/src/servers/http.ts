import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { todos } from './todos.ts'

const server = createServer(async (request, response) => {
  const username = (request.url ?? '').slice('/todos/'.length)
  if (username.length > 100) return answer(response, 400, { detail: 'The name is too long' })
  if (request.method === 'GET') return answer(response, 200, { todos: await todos.read(username) })
  const { todo } = JSON.parse(await readBody(request))
  if (typeof todo !== 'string' || todo.length === 0 || todo.length > 500)
    return answer(response, 400, { detail: 'todo must be a text' })
  await todos.add(username, todo)
  answer(response, 200, { status: 'success' })
})
server.listen(Number(process.env.PORT), process.env.HOST)

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => resolve(Buffer.concat(chunks).toString()))
    request.on('error', reject)
  })
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}
