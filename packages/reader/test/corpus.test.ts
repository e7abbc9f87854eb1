import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { DocumentRefused, Repairs, readOpenApi, readSpecNow, readSpecText } from '../src/index.ts'

// Real documents, which are not part of this repository.
const corpus = join(process.env.CORPUS ?? resolve(import.meta.dirname, '../../../../shared/corpus'), 'plugins')
const skip = existsSync(corpus) ? false : `there is no corpus at ${corpus}; set CORPUS`

test('both layers of the reader find the same operations, and the same inputs of each', { skip }, (t) => {
  let specs = 0
  let inputs = 0
  for (const folder of readdirSync(corpus))
    for (const file of ['openapi.yaml', 'openapi.json'].map((name) => join(corpus, folder, name)).filter(existsSync)) {
      const text = readFileSync(file, 'utf8')
      const all = everything(text)
      if (!all) continue
      specs++
      assert.ok(all.operations.every((one) => JSON.stringify(one).length > 0))
      for (const { target, input } of flat(text, folder)) {
        assert.ok(target.kind === 'http')
        const operation = all.operations.find((one) => one.method === target.method && one.path === target.path)
        assert.ok(operation, `${file}: ${target.method} ${target.path}`)
        const named = new Set(operation.parameters.map(({ name }) => name))
        const isInPath = (name: string): boolean => target.path.includes(`{${name}}`)
        for (const { wireName, place } of target.fields) {
          inputs++
          assert.ok(
            place === 'body' || operation.body || named.has(wireName) || isInPath(wireName),
            `${file}: ${wireName}`,
          )
        }
        assert.equal(Object.keys(input.properties as object).length, target.fields.length)
        if (target.body) assert.ok(operation.body, file)
      }
    }
  t.diagnostic(`${specs} specs, ${inputs} inputs`)
  assert.ok(specs > 250)
})

function everything(text: string) {
  try {
    return readOpenApi(readSpecText(text, new Repairs('spec')))
  } catch (error) {
    assert.ok(error instanceof DocumentRefused)
    return undefined
  }
}

function flat(text: string, folder: string) {
  try {
    return readSpecNow(text, 'https://plugin.test/openapi.yaml', undefined).spec.operations
  } catch (error) {
    assert.ok(error instanceof DocumentRefused, folder)
    return []
  }
}
