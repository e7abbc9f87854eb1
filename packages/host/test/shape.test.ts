import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shapeFaults } from '../src/replay/shape.ts'

test('different values and additional members are accepted', () => {
  const recorded = { todos: ['buy milk'], next: null, at: { place: 1 } }
  assert.deepEqual(shapeFaults(recorded, { todos: [], next: 5, at: { place: 7, more: true }, new: 1 }), [])
  assert.deepEqual(shapeFaults(recorded, { todos: ['a', 'b'], at: { place: 0 } }), [])
})

test('missing members and other types are reported with their place', () => {
  const recorded = { todos: ['buy milk'], at: { place: 1 } }
  assert.deepEqual(shapeFaults(recorded, { at: { place: 1 } }), ['the answer.todos is missing'])
  assert.deepEqual(shapeFaults(recorded, { todos: [5], at: { place: 1 } }), [
    'the answer.todos[0] is a number instead of a string',
  ])
  assert.deepEqual(shapeFaults(recorded, { todos: [], at: [] }), ['the answer.at is a list instead of an object'])
  assert.deepEqual(shapeFaults({ a: 1 }, 'text'), ['the answer is a string instead of an object'])
})

test('items of a list may have any of the recorded shapes', () => {
  const recorded = [{ a: 1 }, { b: 'x' }]
  assert.deepEqual(shapeFaults(recorded, [{ b: 'y' }, { b: 'z' }, { a: 2 }]), [])
  assert.deepEqual(shapeFaults(recorded, [{ c: 1 }]), ['the answer[0].a is missing'])
})
