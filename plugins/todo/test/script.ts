import type { ScriptedCall } from '@reference-plugins/testing'

/** Every operation, called with valid and invalid input. */
export const script: ScriptedCall[] = [
  { operation: 'getTodos', input: { username: 'ada' } },
  { operation: 'addTodo', input: { username: 'ada', todo: 'buy milk' } },
  { operation: 'addTodo', input: { username: 'ada', todo: '买牛奶 🥛' } },
  { operation: 'addTodo', input: { username: 'ada', todo: '' }, refused: 400 },
  { operation: 'addTodo', input: { username: 'ada' }, refused: 400 },
  { operation: 'addTodo', input: { username: 'ada', todo: 5 }, refused: 400 },
  { operation: 'getTodos', input: { username: 'ada', limit: 1 } },
  { operation: 'getTodos', input: { username: 'ada', limit: 0 }, refused: 400 },
  { operation: 'getTodos', input: { username: 'a/b ?#%' } },
  { operation: 'deleteTodo', input: { username: 'ada', todo_idx: 0, todo: 'another' }, refused: 409 },
  { operation: 'deleteTodo', input: { username: 'ada', todo_idx: 0 } },
  { operation: 'deleteTodo', input: { username: 'ada', todo_idx: 9 }, refused: 404 },
  { operation: 'getTodos', input: { username: 'ada' } },
]
