import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { validate } from '@readme/openapi-parser'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { m365Files } from '../src/export/m365-files.ts'
import { closePlugin, DefinitionError, none, type Plugin } from '../src/index.ts'
import { openActingShop } from './acting-fixture.ts'
import { exported } from './export-fixture.ts'
import { openShop, publicUrl } from './fixture.ts'

// It calls itself draft-04, but most of what it demands (const, propertyNames, if) came with later drafts.
const { $schema: _, ...schema } = JSON.parse(
  readFileSync(
    createRequire(import.meta.url).resolve(
      '@microsoft/app-manifest/build/json-schemas/copilot/plugin/v2.4/schema.json',
    ),
    'utf8',
  ),
)
const validator = new Validator()
const ajv = new Ajv({ allErrors: true, strictTypes: false })
addFormats.default(ajv)
const fits = ajv.compile(schema)

const manifestOf = (name: string) => JSON.parse(exported[name]?.files['m365/ai-plugin.json'] as string)

for (const [name, { files, url }] of Object.entries(exported)) {
  const text = files['m365/ai-plugin.json']
  if (text === undefined) continue

  test(`${name}: the manifest fits Microsoft's own schema of v2.4`, () => {
    assert.ok(fits(JSON.parse(text)), JSON.stringify(fits.errors, null, 2))
  })

  test(`${name}: the spec beside the manifest is valid, and has each function and the same server`, async () => {
    const manifest = JSON.parse(text)
    const spec = JSON.parse(files[`m365/${manifest.runtimes[0].spec.url}`] as string)
    assert.match(spec.openapi, /^3\.0\./)
    assert.deepEqual(spec.servers, [{ url }])
    assert.equal((await validate(structuredClone(spec))).valid, true)
    assert.equal((await validator.validate(structuredClone(spec))).valid, true)
    const operations = Object.values<Record<string, { operationId: string }>>(spec.paths).flatMap((one) =>
      Object.values(one).map(({ operationId }) => operationId),
    )
    const names = manifest.functions.map((one: { name: string }) => one.name)
    assert.deepEqual(names.toSorted(), operations.toSorted())
    assert.deepEqual(manifest.runtimes[0].run_for_functions, names)
  })
}

test('the schema refuses a member that it does not know, another version, and a secret without its reference', () => {
  const manifest = manifestOf('shop, service_http')
  const [runtime] = manifest.runtimes
  assert.equal(fits({ ...manifest, auth: { type: 'none' } }), false)
  assert.equal(fits({ ...manifest, schema_version: 'v1' }), false)
  assert.equal(fits({ ...manifest, runtimes: [{ ...runtime, auth: { type: 'ApiKeyPluginVault' } }] }), false)
})

test('each auth mode becomes the auth mode of Copilot, if there is one', () => {
  const reference_id = `\${{SHOP_REGISTRATION_ID}}`
  const authOf = (name: string) => manifestOf(name).runtimes[0].auth
  assert.deepEqual(authOf('shop, none'), { type: 'None' })
  assert.deepEqual(authOf('shop, service_http'), { type: 'ApiKeyPluginVault', reference_id })
  assert.deepEqual(authOf('shop, oauth'), { type: 'OAuthPluginVault', reference_id })
  for (const name of ['shop, user_http', 'shop, service_http basic', 'news'])
    assert.equal(exported[name]?.files['m365/ai-plugin.json'], undefined)
})

test('with OAuth the spec says where to sign in and which scopes there are', () => {
  const { components, security } = JSON.parse(exported['shop, oauth']?.files['m365/openapi.json'] as string)
  assert.deepEqual(components.securitySchemes.token, {
    type: 'oauth2',
    flows: {
      authorizationCode: {
        authorizationUrl: `${publicUrl}/oauth/authorize`,
        tokenUrl: `${publicUrl}/oauth/token`,
        refreshUrl: `${publicUrl}/oauth/token`,
        scopes: { 'orders:read': 'Read your orders', 'orders:write': 'Change your orders' },
      },
    },
  })
  assert.deepEqual(security, [{ token: ['orders:read', 'orders:write'] }])
})

test('consequential functions are confirmed, and each function states its data handling', () => {
  const functions = Object.fromEntries(
    manifestOf('todo').functions.map((one: { name: string; capabilities: object }) => [one.name, one.capabilities]),
  )
  assert.equal(functions.getTodos.confirmation, undefined)
  assert.equal(functions.addTodo.confirmation, undefined)
  assert.equal(functions.deleteTodo.confirmation.type, 'AdaptiveCard')
  assert.match(functions.deleteTodo.confirmation.body, /^Delete one todo .*May delete/)
  assert.deepEqual(functions.getTodos.security_info.data_handling, ['GetPrivateData'])
  assert.deepEqual(functions.deleteTodo.security_info.data_handling, ['GetPrivateData', 'ResourceStateUpdate'])
})

test('a function that a person confirms says so on its card, and which inputs bind the price', async (t) => {
  const { plugin } = await openActingShop()
  t.after(() => closePlugin(plugin))
  const files = m365Files({ ...plugin, auth: none() }, publicUrl)
  const { functions } = JSON.parse(files['m365/ai-plugin.json'] as string)
  const { confirmation } = functions.find((one: { name: string }) => one.name === 'buyAfterQuestion').capabilities
  assert.deepEqual(confirmation, {
    type: 'AdaptiveCard',
    title: 'Bakery',
    body: 'Buy something that a person confirms. Adds or changes something, and deletes nothing. Check that you have agreed to this: cents.',
  })
  assert.ok(fits(JSON.parse(files['m365/ai-plugin.json'] as string)), JSON.stringify(fits.errors))
  const { paths } = JSON.parse(files['m365/openapi.json'] as string)
  assert.equal(paths['/confirmed-purchases'].post['x-openai-isConsequential'], true)
})

const shop = openShop()
const [operation] = shop.operations
const refused: [name: string, change: Partial<Plugin>, fault: RegExp][] = [
  ['a name over 20', { title: 'a'.repeat(21) }, /name_for_human/],
  ['a name of spaces', { title: ' ' }, /name_for_human/],
  ['a namespace with a hyphen', { name: 'my-shop' }, /namespace/],
  ['a description over 100', { descriptionForHuman: 'a'.repeat(101) }, /description_for_human/],
  ['a text for the model over 2,048', { descriptionForModel: 'a'.repeat(2049) }, /description_for_model/],
  ['7 conversation starters', { conversationStarters: [...'abcdefg'] }, /conversation_starters/],
  ['an empty conversation starter', { conversationStarters: [' '] }, /conversation_starters\.0\.text/],
  ['a text over 4,096', { conversationStarters: ['a'.repeat(4097)] }, /conversation_starters\.0\.text: has 4097/],
  ['the key of a translation', { descriptionForHuman: '[[shop]]' }, /description_for_human: \[\[/],
  ['no function', { operations: [] }, /functions/],
  [
    'two functions of one name',
    { operations: [operation, operation] as Plugin['operations'] },
    /several .* findThings/,
  ],
]
for (const [name, change, fault] of refused)
  test(`${name} is refused at the export by name`, () => {
    assert.throws(
      () => m365Files({ ...shop, ...change }, publicUrl),
      (error) => error instanceof DefinitionError && fault.test(error.message),
    )
  })
