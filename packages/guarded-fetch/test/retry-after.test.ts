import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfterSeconds } from '../src/index.ts'

const now = Date.parse('2026-11-26T12:00:00Z')

const cases: [header: string | null | undefined, seconds: number | undefined][] = [
  ['120', 120],
  [' 5 ', 5],
  ['1.2', 2],
  ['0', 0],
  ['Thu, 26 Nov 2026 12:01:30 GMT', 90],
  ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
  ['Thursday, 26-Nov-26 12:00:10 GMT', 10],
  ['-5', undefined],
  ['soon', undefined],
  ['1, 2', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
]

for (const [header, seconds] of cases)
  test(`Retry-After ${JSON.stringify(header)} asks for ${seconds} seconds`, () => {
    assert.equal(retryAfterSeconds(header, now), seconds)
  })
