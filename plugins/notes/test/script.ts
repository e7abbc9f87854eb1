import type { ScriptedCall } from '@reference-plugins/testing'

const first = (answers: readonly Record<string, unknown>[]) => answers[0]?.id

/** Every operation, called with valid and invalid input. */
export const script: ScriptedCall[] = [
  { operation: 'addNote', input: { title: 'Tea', text: 'Green tea, 80 degrees. 绿茶', tags: ['kitchen'] } },
  { operation: 'addNote', input: { title: '' }, refused: 400 },
  { operation: 'addNote', input: { title: 'Tea', tags: 'kitchen' }, refused: 400 },
  { operation: 'getNote', input: (answers) => ({ id: first(answers) }) },
  { operation: 'getNote', input: { id: 'none' }, refused: 404 },
  { operation: 'appendToNote', input: (answers) => ({ id: first(answers), text: 'Two minutes.' }) },
  { operation: 'appendToNote', input: { id: 'none', text: 'x' }, refused: 404 },
  { operation: 'updateNote', input: (answers) => ({ id: first(answers), version: 2, title: 'Green tea' }) },
  { operation: 'updateNote', input: (answers) => ({ id: first(answers), version: 2, title: 'Late' }), refused: 409 },
  { operation: 'listNotes', input: { tag: 'kitchen' } },
  { operation: 'listNotes', input: { limit: 0 }, refused: 400 },
  { operation: 'listTags', input: {} },
  { operation: 'searchNotes', input: { query: '绿茶' } },
  { operation: 'search', input: { query: 'green tea' } },
  { operation: 'search', input: {}, refused: 400 },
  { operation: 'fetch', input: (answers) => ({ id: first(answers) }) },
  { operation: 'fetch', input: { id: 'none' }, refused: 404 },
  { operation: 'deleteNote', input: (answers) => ({ id: first(answers), version: 1 }), refused: 409 },
  { operation: 'deleteNote', input: (answers) => ({ id: first(answers) }) },
  { operation: 'getNote', input: (answers) => ({ id: first(answers) }), refused: 404 },
]
