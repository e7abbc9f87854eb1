import Router from '@koa/router'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import Koa, { type Context } from 'koa'
import { koaBody } from 'koa-body'
import { z } from 'zod'
import { todos } from './todos.ts'

// The official SDK as in its documentation: a server and its tools are created for each request.
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'todo', version: '1' })
  const inputSchema = z.object({ username: z.string().min(1).max(100) })
  const outputSchema = z.object({ todos: z.array(z.string()) })
  server.registerTool('getTodos', { title: 'Todos', inputSchema, outputSchema }, async ({ username }) => {
    const structuredContent = { todos: await todos.read(username) }
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
  })
  return server
})

const router = new Router()
router.get('/todos/:username', async (context) => {
  context.body = { todos: await todos.read(context.params.username as string) }
})
router.post('/todos/:username', koaBody(), async (context) => {
  await todos.add(context.params.username as string, (context.request.body as { todo: string }).todo)
  context.body = { status: 'success' }
})
router.post('/mcp', koaBody(), async (context: Context) => {
  const headers = new Headers(context.req.headers as Record<string, string>)
  const request = new Request(`http://${context.host}/mcp`, { method: 'POST', headers })
  const answer = await handler.fetch(request, { parsedBody: context.request.body })
  context.status = answer.status
  context.type = answer.headers.get('content-type') ?? ''
  context.body = Buffer.from(await answer.arrayBuffer())
})

new Koa().use(router.routes()).listen(Number(process.env.PORT), process.env.HOST)
