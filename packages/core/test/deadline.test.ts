import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { Deadlines } from '../src/deadline.ts'
import type { Problem } from '../src/problem.ts'

test('a call ends after 45 seconds, unless it has already ended', () => {
  mock.timers.enable({ apis: ['setInterval'] })
  const clock = mock.method(performance, 'now', () => now)
  let now = 0
  const expired: [string, number][] = []
  const deadlines = new Deadlines()
  deadlines.start((problem: Problem) => expired.push(['first', problem.status]))
  const ended = deadlines.start(() => expired.push(['ended', 0]))
  now = 10_000
  deadlines.start((problem: Problem) => expired.push(['later', problem.status]))
  deadlines.end(ended)
  mock.timers.tick(1000)
  assert.deepEqual(expired, [])
  now = 46_000
  mock.timers.tick(1000)
  assert.deepEqual(expired, [['first', 504]])
  now = 56_000
  // Each is given up once, also the one that another's end has moved.
  mock.timers.tick(1000)
  mock.timers.tick(1000)
  assert.deepEqual(expired, [
    ['first', 504],
    ['later', 504],
  ])
  clock.mock.restore()
  mock.timers.reset()
})
