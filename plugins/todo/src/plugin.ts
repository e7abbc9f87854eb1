import { definePlugin, type Environment, none, operation, pageInput, pageOutput, text } from '@reference-plugins/core'
import { openDatabase } from '@reference-plugins/store'
import { z } from 'zod'
import { createTodoLists, migrations } from './todo-lists.ts'

const username = text(100).describe('Whose list it is: any name the user goes by')
const success = { status: 'success' } as const

/** The smallest whole plugin: no auth, three operations, kept in a database. */
export async function createTodoPlugin({ DATABASE_URL }: Pick<Environment, 'DATABASE_URL'>) {
  const database = await openDatabase(DATABASE_URL, migrations)
  const lists = createTodoLists(database)

  return definePlugin({
    name: 'todo',
    title: 'Todo list',
    descriptionForHuman: 'Keep todo lists: add, read and delete what is to be done.',
    descriptionForModel: 'Keeps a todo list for each user name. Read a list before you delete from it.',
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
        input: z.object({ username, todo: text(500).describe('What is to be done, in the words of the user') }),
        output: z.object({ status: z.literal('success') }),
        consequential: false,
        handler: ({ username, todo }) => lists.add(username, todo).then(() => success),
      }),

      deleteTodo: operation('DELETE /todos/{username}', {
        summary: 'Delete one todo from the list of a user, by its place in the list',
        openWorld: false,
        idempotent: false,
        input: z.object({
          username,
          todo_idx: z.int().min(0).describe('The place in the whole list, counted from 0'),
          todo: text(500).optional().describe('The text at that place; nothing is deleted if another one stands there'),
        }),
        output: z.object({ status: z.literal('success') }),
        errors: { 404: 'the list has no such place', 409: 'another text stands at that place' },
        async handler({ username, todo_idx, todo }, { fail }) {
          const found = await lists.delete(username, todo_idx, todo)
          if (found === undefined) throw fail(404, `The list ends before ${todo_idx}: read it again with getTodos`)
          if ((todo ?? found) !== found) throw fail(409, 'Nothing was deleted, for the list has changed: read it again')
          return success
        },
      }),
    },
  })
}
