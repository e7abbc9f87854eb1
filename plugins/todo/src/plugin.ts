import { definePlugin, none, operation, pageInput, pageOutput, type Settings, text } from '@reference-plugins/core'
import { openDatabase } from '@reference-plugins/store'
import { z } from 'zod'
import { createTodoLists, migrations } from './todo-lists.ts'

const username = text(100).describe('The name of the user whose list this is; any name will do')
const success = { status: 'success' } as const

/** The smallest complete plugin: three operations and a database. */
export async function createTodoPlugin(settings: Settings) {
  const database = await openDatabase(settings.DATABASE_URL, migrations)
  const lists = createTodoLists(database)

  return definePlugin({
    name: 'todo',
    title: 'Todo list',
    descriptionForHuman: 'Manage todo lists: add, read and delete todos.',
    descriptionForModel: 'Has a todo list for each user. Read a list before you delete from it.',
    conversationStarters: ['What is on my todo list?', 'Add "buy milk" to my todo list.', 'I bought the milk.'],
    contactEmail: 'maintainers@example.com',
    folder: new URL('..', import.meta.url),
    auth: none(),
    needs: [database],
    operations: {
      getTodos: operation('GET /todos/{username}', {
        summary: 'Read the todo list of a user, oldest first',
        view: 'list',
        openWorld: false,
        input: z.object({ username, ...pageInput }),
        output: z.object({ todos: z.array(z.string()).describe('In the order they were added'), ...pageOutput }),
        handler: ({ username, ...page }) => lists.read(username, page),
      }),

      addTodo: operation('POST /todos/{username}', {
        summary: 'Add a todo to the end of the list of a user',
        openWorld: false,
        destructive: false,
        idempotent: false,
        input: z.object({ username, todo: text(500).describe('The todo, in the words of the user') }),
        output: z.object({ status: z.literal('success') }),
        consequential: false,
        handler: ({ username, todo }) => lists.add(username, todo).then(() => success),
      }),

      deleteTodo: operation('DELETE /todos/{username}', {
        summary: 'Delete one todo from the list of a user, by its position',
        openWorld: false,
        idempotent: false,
        input: z.object({
          username,
          todo_idx: z.int().min(0).describe('The position in the whole list, starting at 0'),
          todo: text(500).optional().describe('The text at that position; nothing is deleted if it is different'),
        }),
        output: z.object({ status: z.literal('success') }),
        errors: { 404: 'the list has no such position', 409: 'the text at that position is different' },
        async handler({ username, todo_idx, todo }, { fail }) {
          const found = await lists.delete(username, todo_idx, todo)
          if (found === undefined) throw fail(404, `The list ends before ${todo_idx}: read it again with getTodos`)
          if ((todo ?? found) !== found) throw fail(409, 'Nothing was deleted: the list has changed, so read it again')
          return success
        },
      }),
    },
  })
}
