import { createServer, type ServerResponse } from 'node:http'
import { todos } from './todos.ts'

const server = createServer((request, response) => {
  const username = (request.url ?? '').slice('/todos/'.length)
  if (request.method === 'GET') return answer(response, { todos: todos.read(username) })
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    todos.add(username, JSON.parse(Buffer.concat(chunks).toString()).todo)
    answer(response, { status: 'success' })
  })
})
server.listen(Number(process.env.PORT), process.env.HOST)

function answer(response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
