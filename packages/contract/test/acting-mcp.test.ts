import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkActingTools, type Send } from '../src/checks/mcp/mcp-acting.ts'
import { type Code, Report } from '../src/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever comes from outside
type Any = any

const text = { type: 'string' }
const payTool = {
  name: 'pay',
  inputSchema: { type: 'object', properties: { to: text, cents: { type: 'integer' }, idempotency_key: text } },
  _meta: { confirmation: true, unasked: ['cents'] },
}
/** The arguments of the MCP binding of UCP. */
const orderTool = {
  name: 'create_order',
  inputSchema: {
    type: 'object',
    required: ['meta', 'item'],
    properties: { meta: { type: 'object', properties: { 'idempotency-key': text } }, item: text },
  },
}
const actions = {
  pay: [{ input: { to: 'Ada' }, others: [{ to: 'Bob' }] }],
  create_order: [{ input: { item: 'cake' }, others: [{ item: 'bread' }] }],
}

/** A server of two tools that act. Correct without a defect. */
function serve(defect: string): Send {
  const on = (name: string) => name === defect
  const kept = new Map<string, { input: string; result: Any }>()
  const states = new Map<string, { input: string; user: string; result?: Any }>()
  let last = 0
  const refuse = { isError: true, content: [{ type: 'text', text: 'no' }] }
  const act = (): Any => ({ content: [{ type: 'text', text: 'done' }], structuredContent: { id: `a${++last}` } })
  const once = (key: string | undefined, input: string, work: () => Any): Any => {
    const found = key === undefined || on('key-ignored') ? undefined : kept.get(key)
    if (found && found.input !== input && !on('key-of-any-input')) return refuse
    if (found && on('key-refused-again')) return refuse
    if (found) return found.result
    const result = work()
    if (key !== undefined && result.structuredContent) kept.set(key, { input, result })
    return result
  }
  return async ({ name, arguments: given, requestState, inputResponses, _meta }: Any, who) => {
    const user = who ?? 'first'
    const { idempotency_key, meta, ...rest } = given
    const input = JSON.stringify(rest)
    if (name === 'create_order') return once(meta?.['idempotency-key'], input, act)
    return once(idempotency_key, input, () => {
      const canAsk = _meta['io.modelcontextprotocol/clientCapabilities'].elicitation !== undefined
      if (requestState !== undefined && inputResponses?.confirm?.action === 'accept') {
        const state = states.get(requestState)
        if (!state) return on('any-state') ? act() : refuse
        if (state.input !== input && !on('state-of-any-input')) return refuse
        if (state.user !== user && !on('state-of-any-user')) return refuse
        if (state.result && !on('state-again')) return state.result
        state.result = act()
        return state.result
      }
      if (!canAsk) return on('acts-unasked') ? act() : refuse
      const state = crypto.randomUUID()
      states.set(state, { input, user })
      return { requestState: state, inputRequests: { confirm: {} } }
    })
  }
}

async function check(defect: string): Promise<string[]> {
  const report = new Report()
  const send = serve(defect)
  const options = { send, hasSecond: true, actions: async (name: string) => actions[name as keyof typeof actions] }
  await checkActingTools([payTool, orderTool], options, report)
  return report.findings.map(({ code, subject }) => `${code} ${subject}`)
}

const defects: Record<string, Code> = {
  'key-ignored': 'key-acts-twice',
  'key-of-any-input': 'key-other-input',
  'key-refused-again': 'key-not-replayed',
}
const ofConfirmations: Record<string, Code> = {
  'acts-unasked': 'confirmation-bypassed',
  'any-state': 'confirmation-bypassed',
  'state-of-any-input': 'confirmation-reused',
  'state-of-any-user': 'confirmation-reused',
  'state-again': 'confirmation-reused',
}

test('correct tools that act have no finding', async () => assert.deepEqual(await check(''), []))

for (const [defect, code] of Object.entries(defects))
  test(`${defect} is found as ${code} in both tools`, async () =>
    assert.deepEqual(await check(defect), [`${code} pay`, `${code} create_order`]))

for (const [defect, code] of Object.entries(ofConfirmations))
  test(`${defect} is found as ${code}`, async () => assert.deepEqual(await check(defect), [`${code} pay`]))

test('tools that read, and those that no operation was called for, are left alone', async () => {
  const report = new Report()
  const names: string[] = []
  const send: Send = async ({ name }) => void names.push(String(name)) as undefined
  const reading = { ...orderTool, name: 'read', annotations: { readOnlyHint: true } }
  const asked = { send, hasSecond: false, actions: async () => undefined }
  await checkActingTools([reading, payTool], asked, report)
  assert.deepEqual([names, report.findings], [[], []])
})
