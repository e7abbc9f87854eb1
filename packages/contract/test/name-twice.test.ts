import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { readManifest, readSpecText } from '../src/checks/documents/documents.ts'
import { Report } from '../src/index.ts'
import { nameTwice } from '../src/spec/name-twice.ts'
import { checkState } from './open-tasks.ts'
import { operation } from './small-server.ts'

test('a name that stands twice in one object is found, and not one that stands in several', () => {
  assert.equal(nameTwice('{"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}], "d": "\\"a\\": {"}'), undefined)
  assert.equal(nameTwice('[{"a": {"b": [], "b" : {}}}]'), 'b')
  assert.equal(nameTwice('{"a": ["a", "a"], "b": "a"}'), undefined)
  assert.equal(nameTwice('text'), undefined)
})

test('it is reported for the manifest and the spec', () => {
  const codes = (read: (text: string, report: Report) => unknown, text: string) => {
    const report = new Report()
    read(text, report)
    return report.findings.map(({ code }) => code)
  }
  assert.deepEqual(codes(readManifest, '{"api": {}, "api": {}}'), ['json-name-twice'])
  assert.deepEqual(codes(readManifest, '{"api": {}, "auth": {}}'), [])
  const spec = (more: string) => `{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}${more}, "paths": {}}`
  assert.deepEqual(codes(readSpecText, spec(', "paths": {}')), ['json-name-twice'])
  assert.deepEqual(codes(readSpecText, spec('')), [])
})

test('it is reported for answers', async () => {
  const check = async (things: string) => {
    const paths = { '/things': { get: operation('listThings') } }
    const spec = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 't', version: '1' },
      servers: [{ url: '/' }],
      paths,
    })
    const server = createServer(({ url }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(url === '/openapi.json' ? spec : things)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const report = await checkState(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      return report.findings.map(({ code }) => code)
    } finally {
      server.close()
    }
  }
  assert.ok((await check('{"things": [], "things": []}')).includes('json-name-twice'))
  assert.ok(!(await check('{"things": []}')).includes('json-name-twice'))
})
