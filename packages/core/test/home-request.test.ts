import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { operationForm } from '../src/home/operation-form.ts'
import { openShop, serveShop } from './fixture.ts'

// The script of the page, in Node: it touches nothing of a browser.
const { toRequest, toCurl, shellWord } = await import(new URL('../home/request.js', import.meta.url).href)

const plugin = openShop()
const { api } = await serveShop(plugin, { development: true })

/** What the form of an operation says about it. */
function formOf(id: string) {
  const operation = plugin.operations.find((one) => one.id === id)
  assert.ok(operation)
  const [, data = ''] = /data-operation="([^"]*)"/.exec(operationForm(operation).text) ?? []
  return JSON.parse(data.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'))
}

const filled = (values: Record<string, string | string[]>) => (name: string) => [values[name] ?? ''].flat() as string[]

test('each input goes to its place with its type, and what is empty is not sent', async () => {
  const request = toRequest(
    formOf('findThings'),
    filled({ word: 'a & b', many: '7', price: '1.5', new: 'true', kind: 'toy', sizes: ' 1 \n\n2' }),
  )
  assert.equal(request.target, '/things?word=a+%26+b&many=7&price=1.5&new=true&kind=toy&sizes=1&sizes=2')
  assert.equal(request.body, undefined)
  const { body } = await api.get(request.target).expect(200)
  assert.deepEqual(body.input, { word: 'a & b', many: 7, price: 1.5, new: true, kind: 'toy', sizes: [1, 2] })
  assert.equal(toRequest(formOf('findThings'), filled({ word: 'a' })).target, '/things?word=a')
  const order = toRequest(formOf('addOrder'), filled({ item: 'tea', count: '2', tags: 'a\r\nb' }))
  assert.deepEqual(order.headers, { 'Content-Type': 'application/json' })
  assert.deepEqual(JSON.parse(order.body), { item: 'tea', count: 2, tags: ['a', 'b'] })
  assert.deepEqual(JSON.parse(toRequest(formOf('addOrder'), filled({ item: 'tea' })).body), { item: 'tea' })
})

test('a value that cannot be sent is one line', () => {
  const change = formOf('changeOrder')
  for (const id of ['.', '..']) {
    const asText = { ...change, inputs: change.inputs.map((one: object) => ({ ...one, type: 'string' })) }
    assert.throws(() => toRequest(asText, filled({ id, item: 'x' })), /^Error: id: "\.+" cannot be a part of a path$/)
  }
  assert.throws(
    () => toRequest(formOf('findThings'), filled({ word: 'a', many: '1e999' })),
    /many: "1e999" is not a number/,
  )
})

test('every text survives the path, the query and the body', async () => {
  const echo = {
    method: 'POST',
    path: '/x/{a}',
    inputs: [
      { name: 'a', place: 'path', list: false, required: true, type: 'string' },
      { name: 'b', place: 'query', list: false, required: true, type: 'string' },
      { name: 'c', place: 'body', list: false, required: true, type: 'string' },
    ],
  }
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(text, (value) => {
      fc.pre(value !== '.' && value !== '..')
      const { target, body } = toRequest(echo, filled({ a: value, b: value, c: value }))
      const { pathname, searchParams } = new URL(target, 'http://localhost')
      assert.equal(decodeURIComponent(pathname.slice('/x/'.length)), value)
      assert.equal(searchParams.get('b'), value)
      assert.equal(JSON.parse(body).c, value)
    }),
  )
})

test('a shell reads each word of the curl line as it was', () => {
  const words = ["it's", '"', '$HOME', '`x`', '\\', '!', '\n', '', '*', '</script>', "''", '🥛', '-x', '~', '#']
  const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' })
  assert.deepEqual(printed.split('\0').slice(0, -1), words)
})

test('the token is in a variable, whatever the scheme', () => {
  const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: `{"a":"it's"}` }
  const line = "curl -X POST 'http://x/a' -H 'Content-Type: application/json'"
  assert.equal(toCurl(request, 'http://x/a', ''), `${line} -d '{"a":"it'\\''s"}'`)
  assert.equal(
    toCurl(request, 'http://x/a', 'bearer'),
    `${line} -H "Authorization: Bearer $TOKEN" -d '{"a":"it'\\''s"}'`,
  )
  assert.equal(toCurl(request, 'http://x/a', 'basic'), `${line} -u ":$TOKEN" -d '{"a":"it'\\''s"}'`)
  assert.equal(toCurl({ method: 'GET', headers: {} }, 'http://x/a?b=1', ''), "curl 'http://x/a?b=1'")
})

test('the form has a control of the right kind for each input', () => {
  const form = plugin.operations.map((operation) => operationForm(operation).text).join('\n')
  assert.match(form, /name="many" type="number" step="1" min="1" max="50"/)
  assert.match(form, /name="price" type="number" step="any" min="0"/)
  assert.match(
    form,
    /<select id="findThings-new" name="new"[^>]*><option value=""><\/option><option>true<\/option><option>false/,
  )
  assert.match(form, /<select id="findThings-kind" name="kind"[^>]*><option value=""><\/option><option>book/)
  assert.match(form, /<textarea id="findThings-sizes"/)
  assert.match(form, /name="count" type="number" step="1" min="1" max="9" [^>]*placeholder="default: 1"/)
  assert.match(form, /name="word" type="text" autocomplete="off" aria-describedby="findThings-word-hint" required/)
  assert.doesNotMatch(form, /name="many"[^>]* required/)
})
