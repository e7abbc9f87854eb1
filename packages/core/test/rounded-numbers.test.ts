import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openShop, serveShop } from './fixture.ts'

const { api } = await serveShop(openShop(), { rateLimit: 1_000_000 })
const json = (path: string, body: string) =>
  api
    .post(path)
    .set('Content-Type', 'application/json')
    .set('Accept', 'application/json')
    .serialize((value) => value as string)
    .send(body as never)
const callTool = async (given: string, id = '1') =>
  (
    await json(
      '/mcp',
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"findThings","arguments":${given}}}`,
    )
  ).text

const tooLong = 'has more digits than a number can keep: send fewer'

test('a whole number of any length is taken with all its digits, or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[1-9][0-9]{0,39}$/), async (number) => {
      const { status, body } = await api.get(`/things?word=a&price=${number}`)
      const answer = await callTool(`{"word":"a","price":${number}}`)
      if (status === 200) assert.equal(BigInt(body.input.price), BigInt(number))
      else assert.equal(body.errors[0].detail, tooLong)
      assert.equal(status === 200, !answer.includes(tooLong), answer)
      if (number.length < 16) assert.equal(status, 200)
    }),
    { numRuns: 60 },
  )
})

test('a fraction is not rounded to the id beside it', async () => {
  const digits = '4.9999999999999999'
  const inPath = await api.delete(`/orders/${digits}`).expect(400)
  assert.deepEqual(inPath.body.errors, [{ name: 'id', detail: tooLong }])
  const inBody = await json('/orders', `{"item":"a","count":${digits}}`).expect(400)
  assert.deepEqual(inBody.body.errors, [{ name: 'count', detail: tooLong }])
  assert.match(await callTool(`{"word":"a","sizes":[${digits}]}`), new RegExp(`sizes.0: ${tooLong}`))
  await api.get(`/things?word=a&sizes=[1,${digits}]`).expect(400)
})

test('fractions, exponents and zeros after the point are numbers as before', async () => {
  for (const [text, number] of [
    ['0.1234567890123456789', 0.12345678901234568],
    ['5.0000000000000000', 5],
    ['6.02214076e23', 6.02214076e23],
    ['9007199254740991', 9007199254740991],
  ]) {
    const { body } = await api.get(`/things?word=a&price=${text}`).expect(200)
    assert.equal(body.input.price, number)
  }
})

test('a number where text is expected is named as a number, and ignored names may have any value', async () => {
  const { body } = await json('/orders', '{"item":9007199254740993}').expect(400)
  assert.deepEqual(body.errors, [{ name: 'item', detail: 'Invalid input: expected string, received number' }])
  await json('/orders', '{"item":"a","other":9007199254740993}').expect(200)
})

test('a message of MCP whose id would be rounded is refused, and its answer has no other id', async () => {
  const answer = JSON.parse(await callTool('{"word":"a"}', '9007199254740993'))
  assert.deepEqual([answer.id, answer.error.code], [null, -32600])
})
