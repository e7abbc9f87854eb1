import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InputRequiredResult } from '@modelcontextprotocol/client'
import { answerOf, toElicited } from '../../src/calls/elicited.ts'
import { QuestionRefused, questionIn, questionOfLines } from '../../src/calls/question.ts'

const body = (confirmation: unknown) => JSON.stringify({ status: 428, confirmation })
const whole = { question: 'Pay 5 EUR?', facts: [{ label: 'To', value: 'Ada' }], token: 't1', expiresIn: 600 }

test('a question is read from an answer 428, or from 409 if something has changed', () => {
  for (const status of [428, 409]) assert.deepEqual(questionIn(status, body(whole)), whole)
  assert.equal(questionIn(200, body(whole)), undefined)
  assert.equal(questionIn(409, '{"detail":"sold out"}'), undefined)
  assert.equal(questionIn(428, 'If-Match is missing'), undefined)
  assert.deepEqual(questionIn(428, body({ question: 'Go?', token: 't1' }))?.facts, [])
})

test('what is shown of a question hides no character and fits into its line', () => {
  const asked = questionIn(
    428,
    body({
      ...whole,
      question: 'Pay\n  5 \u202EEUR?\u200B',
      facts: [{ label: 'T\u2066o', value: 'a\nb' }, { value: 3 }],
    }),
  )
  assert.equal(asked?.question, 'Pay 5 \\u202EEUR?\\u200B')
  assert.deepEqual(asked?.facts, [
    { label: 'T\\u2066o', value: 'a b' },
    { label: '', value: '3' },
  ])
})

test('a question that cannot be shown whole, or has no token, is refused', () => {
  for (const wrong of [
    { ...whole, question: '' },
    { ...whole, question: { text: 'Pay?' } },
    { ...whole, question: `Pay?${'x'.repeat(1_000)}` },
    { ...whole, facts: [{ label: 'To', value: 'x'.repeat(1_001) }] },
    { ...whole, facts: Array.from({ length: 101 }, () => whole.facts[0]) },
    { ...whole, token: undefined },
    { ...whole, token: 'x'.repeat(20_001) },
    'yes',
  ])
    assert.throws(() => questionIn(428, body(wrong)), QuestionRefused, JSON.stringify(wrong).slice(0, 100))
})

test('lines of an MCP server are a question and its facts', () => {
  assert.deepEqual(questionOfLines('Pay 5 EUR?\nTo: Ada: the first\n\nOnly today', 't1').facts, [
    { label: 'To', value: 'Ada: the first' },
    { label: '', value: 'Only today' },
  ])
})

test('of what an MCP server asks, one box to check is shown, and anything else is refused', () => {
  const form = (properties: object, more = {}) =>
    ({
      resultType: 'input_required',
      inputRequests: {
        sure: {
          method: 'elicitation/create',
          params: { message: 'Pay 5 EUR?', requestedSchema: { type: 'object', properties }, ...more },
        },
      },
      requestState: 's1',
    }) as unknown as InputRequiredResult
  const asked = toElicited(form({ ok: { type: 'boolean' } }))
  assert.equal(asked.question, 'Pay 5 EUR?')
  assert.deepEqual(answerOf({ confirmation: asked.token }), {
    inputResponses: { sure: { action: 'accept', content: { ok: true } } },
    requestState: 's1',
  })
  assert.deepEqual(answerOf({}), {})
  for (const wrong of [
    form({ card: { type: 'string' } }),
    form({ ok: { type: 'boolean' }, card: { type: 'string' } }),
    form({}),
    form({ ok: { type: 'boolean' } }, { mode: 'url', url: 'https://a.example' }),
    { ...form({ ok: { type: 'boolean' } }), inputRequests: {} },
  ])
    assert.throws(() => toElicited(wrong as InputRequiredResult), QuestionRefused)
})
