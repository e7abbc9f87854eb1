import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Code } from '../src/index.ts'
import { actingServer, actingTokens } from './acting-server.ts'
import { checkAll } from './check-all.ts'
import { checkActions } from './open-tasks.ts'
import { serveSmall } from './small-server.ts'

/** Defects of operations that act, each with the code under which it has to be found and the operation in which it is. */
const defects: Record<string, [code: Code, subject: string]> = {
  'key-ignored': ['key-acts-twice', 'createBooking'],
  'key-race': ['key-at-once', 'createBooking'],
  'key-of-any-body': ['key-other-input', 'createBooking'],
  'key-of-body': ['key-other-input', 'createBooking'],
  'key-of-any-path': ['key-other-input', 'cancelBooking'],
  'key-global': ['key-of-other-user', 'createBooking'],
  'key-refused-again': ['key-not-replayed', 'createBooking'],
  'key-other-answer': ['key-other-answer', 'createBooking'],
  'wallet-key-ignored': ['key-acts-twice', 'withdraw'],
  'confirmation-ignored': ['confirmation-bypassed', 'payOut'],
  'confirmation-of-polite': ['confirmation-bypassed', 'payOut'],
  'any-confirmation': ['confirmation-bypassed', 'payOut'],
  'confirmation-of-any-input': ['confirmation-reused', 'payOut'],
  'confirmation-of-any-user': ['confirmation-reused', 'payOut'],
  'confirmation-again': ['confirmation-reused', 'payOut'],
  'flag-ignored': ['confirmation-bypassed', 'resetWallet'],
  'confirm-nothing': ['undo-without-effect', 'confirmCancellation'],
  'rate-forever': ['expired-accepted', 'acceptRate'],
  'amount-fraction': ['amount-fraction', 'createBooking'],
  'sum-off': ['amount-sum', 'createBooking'],
  'list-sum-off': ['amount-sum', 'createBooking'],
}

/** Habits that are correct. */
const habits = [
  '',
  'quoted keys',
  'PayPal-Request-Id',
  'key in the body',
  'optional key',
  '409 for other input',
  '425 in flight',
  'waits for the first',
  'replay without a header',
  '200 for a replay',
  'fresh members',
  'replays a confirmation',
  'cancels later',
  'replays the state of now',
  'paths that pair',
  'rates in seconds',
  'decimal texts',
  'rates and percentages',
  'discounts of either sign',
  'taxes included',
  'lists of totals',
]

const pathsThatPair = 'cancel-nothing'
const reportOf = await checkAll([...Object.keys(defects), pathsThatPair, ...habits], async (name) => {
  const isHabit = habits.includes(name)
  const habit = name === pathsThatPair ? 'paths that pair' : ''
  const server = await serveSmall(isHabit ? actingServer('', name) : actingServer(name, habit))
  try {
    return await checkActions(server.url, actingTokens)
  } finally {
    server.close()
  }
})

const linesOf = (name: string) =>
  reportOf(name).findings.map((one) => `${one.severity} ${one.code} ${one.subject}: ${one.detail}`)

for (const [name, [code, subject]] of Object.entries({
  ...defects,
  [pathsThatPair]: ['undo-without-effect', 'cancelBooking'] as const,
}))
  test(`${name} is found as ${code}`, () => {
    const found = reportOf(name).findings.find((one) => one.code === code && one.subject === subject)
    assert.ok(found, linesOf(name).join('\n') || 'nothing was found')
    assert.ok(found.curl !== undefined && found.expected !== undefined)
  })

for (const name of habits)
  test(`${name || 'everything as it should be'}: correct, so there is no finding`, () => {
    const isNote = (line: string) => name === 'replays the state of now' && line.startsWith('note key-other-answer')
    assert.deepEqual(
      linesOf(name).filter((line) => !isNote(line)),
      [],
    )
    const untested = reportOf(name).untested.map(({ subject, what }) => `${subject}: ${what}`)
    assert.deepEqual(untested, ['', 'rates in seconds'].includes(name) ? [] : ['acceptRate: what has expired'])
  })
