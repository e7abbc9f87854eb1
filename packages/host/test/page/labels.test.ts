import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { periodOf } from '../../web/src/converse/period.ts'
import { wordsOf } from '../../web/src/parts/name-words.ts'

test('a name breaks between its words only, and its words are the whole name', () => {
  assert.deepEqual(wordsOf('getTodos'), ['get', 'Todos'])
  assert.deepEqual(wordsOf('parseHTTPResponse'), ['parse', 'HTTP', 'Response'])
  assert.deepEqual(wordsOf('list_all-items.v2/read'), ['list_', 'all-', 'items.', 'v2/', 'read'])
  assert.deepEqual(wordsOf('__init__'), ['__', 'init__'])
  assert.deepEqual(wordsOf('größeÄndern'), ['größe', 'Ändern'])
  assert.deepEqual(wordsOf(''), [''])
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => wordsOf(name).join('') === name))
})

test('conversations are grouped by the days of the reader', () => {
  const now = new Date(2026, 2, 10, 9, 30)
  const at = (day: number, hour: number) => periodOf(new Date(2026, 2, day, hour), now)
  assert.deepEqual(
    [at(10, 9), at(10, 0), at(9, 23), at(9, 0), at(8, 23), at(3, 0), at(2, 23)],
    ['Today', 'Today', 'Yesterday', 'Yesterday', 'Previous 7 days', 'Previous 7 days', 'Earlier'],
  )
})
