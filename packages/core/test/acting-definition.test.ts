import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { z } from 'zod'
import { toSkill } from '../src/export/skill.ts'
import { actionMigrations, definePlugin, none, operation, text } from '../src/index.ts'
import { toTool } from '../src/mcp/tool.ts'
import type { Operation } from '../src/operation.ts'

const database = await openDatabase(temporaryDatabase(), actionMigrations)
after(() => database.close())

const act = {
  openWorld: false,
  destructive: false,
  idempotent: false,
  summary: 'Act',
  input: z.object({}),
  output: z.object({}),
  handler: () => ({}),
} as const
const read = {
  openWorld: false,
  summary: 'Read',
  input: z.object({}),
  output: z.object({}),
  handler: () => ({}),
} as const
const confirm = () => ({ question: 'Act?', bound: {} })

const define = (operations: Record<string, Operation<undefined, never>>) =>
  definePlugin({
    name: 'actor',
    title: 'Actor',
    descriptionForHuman: 'Acts.',
    descriptionForModel: 'Acts.',
    conversationStarters: ['Act.'],
    contactEmail: 'actor@example.com',
    folder: new URL('./fixture/', import.meta.url),
    auth: none(),
    database,
    needs: [database],
    operations,
  })

test('a quote and an undo name operations that are there', () => {
  const withSteps = (steps: object) => ({ act: operation('POST /acts', { ...act, once: 'transaction', ...steps }) })
  assert.throws(() => define(withSteps({ quote: 'quoteAct' })), /act: quote names quoteAct/)
  assert.throws(() => define(withSteps({ undo: { by: 'undoAct' } })), /act: undo names undoAct/)
  assert.throws(() => define(withSteps({ undo: { quote: 'quoteAct', by: 'act' } })), /act: undo names quoteAct/)
  assert.throws(() => define(withSteps({ quote: 'act' })), /act: it is its own quote/)
})

test('whoever is asked is asked everywhere', () => {
  const acting = { ...act, once: 'transaction', confirm } as const
  assert.throws(
    () => define({ act: operation('POST /acts', { ...acting, consequential: false }) }),
    /cannot have `consequential: false`/,
  )
  assert.equal(define({ act: operation('POST /acts', acting) }).operations[0]?.consequential, true)
})

test('the description fits together with what core adds to it', () => {
  const long = 'x'.repeat(40)
  const operations = (description: string) => ({
    act: operation('POST /acts', {
      ...act,
      description,
      once: 'transaction',
      confirm,
      quote: long,
      undo: { by: long },
    }),
    [long]: operation('GET /quotes', {
      openWorld: false,
      summary: 'Quote',
      input: act.input,
      output: act.output,
      handler: act.handler,
    }),
  })
  assert.throws(() => define(operations('d'.repeat(200))), /at most 300 are read/)
  define(operations('d'.repeat(100)))
})

test('a call becomes a task only if it can be resumed, within the time of an answer', () => {
  const long = { ...act, once: 'resume', taskAfter: 10 } as const
  assert.throws(
    () => define({ act: operation('POST /acts', { ...act, once: 'transaction', taskAfter: 10 }) }),
    /needs `once: 'resume'`/,
  )
  for (const taskAfter of [-1, 41, Number.NaN])
    assert.throws(() => define({ act: operation('POST /acts', { ...long, taskAfter }) }), /it must be 0 to 40 seconds/)
  const operations = { act: operation('POST /acts', long) }
  assert.deepEqual(
    define(operations).operations.map(({ id }) => id),
    ['act', 'getTask', 'cancelTask'],
  )
  assert.throws(
    () => define({ ...operations, getTask: operation('POST /other', { ...act, once: 'transaction' }) }),
    /getTask: core adds an operation of this name/,
  )
  assert.throws(
    () =>
      define({
        ...operations,
        other: operation('GET /tasks/{id}', { ...read, input: z.object({ id: text(9).describe('a') }) }),
      }),
    /use the same names/,
  )
})

test('tools and skills say that an answer may be a task', () => {
  const plugin = define({ act: operation('POST /acts', { ...act, once: 'resume', taskAfter: 10 }) })
  const [tool] = plugin.operations.map((one) => toTool(plugin, one, 'legacy'))
  assert.ok(tool)
  assert.match(tool.description ?? '', /Act\. After 10 s its answer is a task: call getTask\./)
  assert.equal(tool._meta?.taskAfter, 10)
  const { anyOf } = tool.outputSchema as unknown as { anyOf: { properties: object }[] }
  assert.ok('task_id' in (anyOf[1]?.properties ?? {}))
  const skill = toSkill(plugin, 'https://actor.example.com')
  assert.match(skill, /After 10 s its answer is a task: call getTask\./)
  assert.match(skill, /^## cancelTask$/m)
})
