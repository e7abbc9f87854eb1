import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { OperationNames } from '../../src/openapi/operations/operation-name.ts'
import { Routes } from '../../src/openapi/operations/routes.ts'
import { codeOf, readSpec } from './made.ts'

test('a name says what the operation does, in at most 40 letters', () => {
  for (const [id, method, path, expected] of [
    ['read_item_items__item_id__get', 'GET', '/items/{item_id}', 'readItem'],
    ['CatsController_findAll', 'GET', '/cats', 'findAllCats'],
    ['CatsController_findOneCat', 'GET', '/cats/{id}', 'findOneCat'],
    ['Pets_GetById', 'GET', '/pets/{id}', 'getPetsById'],
    ['get-user.v2', 'GET', '/users', 'getUserVTwo'],
    ['getURL', 'GET', '/url', 'getUrl'],
    [undefined, 'GET', '/api/v1/Orders/{orderId}', 'getOrdersByOrderId'],
    [undefined, 'POST', '/api/v2/orders', 'postOrders'],
    ['查询', 'GET', '/weather', 'getWeather'],
    ['a'.repeat(60), 'GET', '/a', 'a'.repeat(40)],
    ['thisIsAVeryLongNameOfAnOperationThatNobodyCanRead', 'GET', '/a', 'thisIsAVeryLongNameOfAnOperationThat'],
  ] as const)
    assert.equal(new OperationNames().take({ id, method, path, summary: undefined }), expected)
  assert.equal(
    new OperationNames().take({ id: undefined, method: 'GET', path: '/x', summary: 'List the books' }),
    'listBooks',
  )
})

test('no name is given twice, and none that every object has', () => {
  const names = new OperationNames()
  const take = (id: string) => names.take({ id, method: 'GET', path: '/pets', summary: undefined })
  const all = [
    take('getPets'),
    ...Array.from({ length: 40 }, () => take('GETPETS')),
    take('toString'),
    take('constructor'),
  ]
  assert.equal(new Set(all.map((name) => name.toLowerCase())).size, all.length)
  for (const name of all) assert.match(name, /^[A-Za-z]{1,40}$/)
  assert.ok(!all.includes('toString') && !all.includes('constructor'))
})

test('a path of the API that core cannot serve gets one of its own', () => {
  const routes = new Routes()
  const id = new Map([['id', 'id']])
  assert.equal(routes.take('GET', '/pets/', 'getPets', new Map()), '/pets')
  assert.equal(routes.take('GET', '/pets/{id}', 'getPet', id), '/pets/{id}')
  // Another name at the same place, and the same route again.
  assert.equal(routes.take('PUT', '/pets/{pet}', 'putPet', new Map([['pet', 'pet']])), '/putPet/{pet}')
  assert.equal(routes.take('GET', '/pets', 'listPets', new Map()), '/listPets')
  for (const path of ['/{id}/area', '/pets/{id}.svg', '/mcp/{id}', '/pets/a:b/{id}', '/{id}'])
    assert.equal(routes.take('GET', path, `get${path.length}`, id), `/get${path.length}/{id}`)
  assert.equal(routes.take('GET', '/a/{x-y}', 'getA', new Map([['x-y', 'xY']])), '/a/{xY}')
  assert.equal(routes.take('GET', '/a/{id}/b/{id}', 'twice', id), '/twice/{id}')
})

test('--include chooses by tag, by path and by name', async () => {
  const chosen = async (...include: string[]) =>
    (await readSpec('nestjs.json', { include })).api.operations.map(({ id }) => id)
  assert.deepEqual(await chosen('cats'), ['createCats', 'findAllCats', 'findOneCats', 'removeCats'])
  assert.deepEqual(await chosen('GET /cats'), ['findAllCats'])
  assert.deepEqual(await chosen('/cats/*'), ['createCats', 'findAllCats', 'findOneCats', 'removeCats'])
  assert.deepEqual(await chosen('/cats/{anything}', 'CatsController_create'), [
    'findOneCats',
    'removeCats',
    'createCats',
  ])
})

test('what cannot be expressed is a comment with what to do, and every other operation is there', async () => {
  const { api } = await readSpec('shapes.yaml')
  assert.deepEqual(
    api.operations.map(({ id, route }) => `${id} ${route}`),
    [
      'listShapesTwo /shapes',
      'createShape /shapes',
      'area /area/{shape}',
      'picture /picture/{shapeId}',
      'tree /tree',
      'batch /batch',
    ],
  )
  assert.deepEqual(api.leftOut, [{ route: 'GET /old', reason: 'it is deprecated' }])
  const code = codeOf(await readSpec('shapes.yaml')).get('src/operations.ts') ?? ''
  assert.match(code, /Not sent: session, because it is a cookie/)
  assert.match(code, /- GET \/old: it is deprecated/)
  assert.match(code, /query: \{ 'filter\[kind\]': filterKind, class: classValue \}/)
  assert.match(code, /style: given\(\{ border: given\(\{ width: styleBorderWidth, dashed: styleBorderDashed \}\) \}\)/)
  const upload = codeOf(await readSpec('go-swag.yaml')).get('src/operations.ts') ?? ''
  assert.match(upload, /- POST \/accounts\/\{id\}\/images: its input file is a file: give/)
})

test('recursion ends in a value of any kind, and branches become one object', async () => {
  const schemas = codeOf(await readSpec('shapes.yaml')).get('src/schemas.ts') ?? ''
  assert.match(schemas, /Node again: the spec refers to itself here/)
  assert.match(schemas, /children: z\.array\(z\.unknown\(\)\)\.optional\(\)/)
  assert.doesNotMatch(schemas, /secret/)
  const operations = codeOf(await readSpec('shapes.yaml')).get('src/operations.ts') ?? ''
  assert.match(operations, /cursor: z\.string\(\)\.nullable\(\)\.optional\(\)/)
  assert.match(operations, /total: int64\.optional\(\)/)
})

test('the secrets of the API are variables, each in its place, and no input', async () => {
  const { api } = await readSpec('shapes.yaml')
  assert.deepEqual(
    api.credentials.map((one) => [one.variable, one.in, one.name]),
    [
      ['SHOP_API_KEY', 'query', 'api_key'],
      ['SHOP_X_APP', 'header', 'X-App'],
    ],
  )
  assert.deepEqual(
    (await readSpec('drf.yaml')).api.credentials.map((one) => one.in),
    ['basic'],
  )
  assert.deepEqual((await readSpec('fastapi.json')).api.credentials, [])
})

test('of more than 30 operations the first are taken, and the reason is said for each of the others', async () => {
  const paths = Object.fromEntries(
    Array.from({ length: 70 }, (_, index) => [
      `/a${index}`,
      { get: { operationId: `getA${index}`, responses: { 200: { description: '' } } } },
    ]),
  )
  const folder = temporaryFolder()
  writeFileSync(`${folder}/large.json`, JSON.stringify({ openapi: '3.0.0', info: {}, paths }))
  const { api } = await readSpec(`${folder}/large.json`)
  assert.equal(api.operations.length, 30)
  assert.equal(api.leftOut.length, 40)
  assert.match(api.leftOut[0]?.reason ?? '', /at most 30/)
  const last = await readSpec(`${folder}/large.json`, { include: ['/a69', 'getA2'] })
  assert.deepEqual(
    last.api.operations.map(({ path }) => path),
    ['/a69', '/a2'],
  )
})
