import Router from '@koa/router'
import Koa from 'koa'
import { koaBody } from 'koa-body'
import { todos } from './todos.ts'

const router = new Router()

router.get('/todos/:username', async (context) => {
  context.body = { todos: await todos.read(context.params.username as string) }
})

router.post('/todos/:username', koaBody(), async (context) => {
  const { todo } = context.request.body as { todo: string }
  await todos.add(context.params.username as string, todo)
  context.body = { status: 'success' }
})

new Koa().use(router.routes()).use(router.allowedMethods()).listen(Number(process.env.PORT), process.env.HOST)
