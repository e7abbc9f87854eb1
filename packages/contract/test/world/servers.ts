/** A server that nobody here wrote, or the sample of a framework, and what was judged of it by hand. */
export interface WorldServer {
  /** Words after `node`, or after `python3` where the first ends in `.py`. The port comes next. */
  app: readonly string[]
  /** The path of the spec. */
  spec?: string
  /** The header that the path of the spec asks for. Then the spec is read from a file, as its users have to do it. */
  specHeader?: Record<string, string>
  token?: string
  secondToken?: string
  values?: Record<string, string>
  /** Errors that are true, each with what was seen: `CODE SUBJECT`. No other error may be reported. */
  accepted?: Record<string, string>
  /** Errors that the server has, and that must be reported. */
  wanted?: Record<string, string>
  /** Operations that nothing can reach from outside. All others have to answer with 2xx. */
  unreached?: readonly string[]
}

const nullable = 'pydantic 1 describes Optional[str] as a string, and the answer has null'

const powerDnsReached = [
  'listServers',
  'listServer',
  'listZones',
  'createZone',
  'listZone',
  'deleteZone',
  'putZone',
  'notifyZone',
  'axfrExportZone',
  'rectifyZone',
  'getConfig',
  'getStats',
  'searchData',
  'listMetadata',
  'listCryptokeys',
  'listTSIGKeys',
  'getAutoprimaries',
  'createAutoprimary',
  'deleteAutoprimary',
]
/** A zone without a change of records, without keys and metadata, and no second server to copy zones from. */
const powerDnsUnreached = [
  'error',
  'cacheFlushByName',
  'patchZone',
  'axfrRetrieveZone',
  'getConfigSetting',
  'createMetadata',
  'getMetadata',
  'modifyMetadata',
  'deleteMetadata',
  'createCryptokey',
  'getCryptokey',
  'modifyCryptokey',
  'deleteCryptokey',
  'createTSIGKey',
  'getTSIGKey',
  'putTSIGKey',
  'deleteTSIGKey',
]

export const servers: Record<string, WorldServer> = {
  'FastAPI, items': {
    app: ['fastapi_items.py'],
    accepted: {
      'answer-schema read_items_items__get': nullable,
      'answer-schema create_item_items__post': nullable,
      'answer-schema replace_item_items__item_id__put': nullable,
      'answer-schema read_item_items__item_id__get': nullable,
      'answer-schema update_item_items__item_id__patch': nullable,
    },
  },
  'FastAPI with OAuth 2': {
    app: ['fastapi_oauth2.py'],
    token: 'token-of-johndoe',
    secondToken: 'token-of-alice',
    values: { username: 'johndoe', password: 'secret' },
  },
  'Flask with apispec': { app: ['flask_pets.py'] },
  'Django REST framework': {
    app: ['drf_snippets.py'],
    spec: '/openapi',
    accepted: {
      'server-error retrieveGroup': 'the spec says that an id is any text, and SQLite overflows with 30 digits',
      'server-error destroyGroup': 'as retrieveGroup',
      'server-error updateGroup': 'as retrieveGroup',
      'server-error partialUpdateGroup': 'as retrieveGroup',
    },
  },
  'Fastify with @fastify/swagger': { app: ['fastify-swagger.mjs'], token: 'key-of-the-app' },
  'Hono with zod-openapi': { app: ['hono-zod-openapi.mjs'], spec: '/doc', token: 'token-of-the-app' },
  'express-openapi-validator': { app: ['express-openapi-validator.mjs'], spec: '/spec' },
  'NestJS with @nestjs/swagger': { app: ['nest-cats.mjs'], spec: '/api-json' },
  'hapi with hapi-swagger (Swagger 2.0)': { app: ['hapi-swagger.mjs'], spec: '/swagger.json' },
  Elysia: { app: ['elysia.mjs'], spec: '/openapi/json' },
  'openapi-backend': { app: ['openapi-backend.mjs'], token: 'ada:lovelace', secondToken: 'grace:hopper' },
  'LoopBack, its todo example': {
    app: ['loopback-todo.mjs'],
    accepted: {
      'answer-schema TodoController.findById': 'a filter for fields leaves out what the schema requires',
      'answer-schema TodoController.find': 'as findById',
      'server-error TodoController.create': 'a body of null is answered with 500',
      'value-lost TodoController.create': 'remindAtGeo is overwritten by the geocoder where there is an address',
    },
  },
  PowerDNS: {
    app: ['powerdns.mjs'],
    spec: '/api/docs',
    specHeader: { 'x-api-key': 'key-of-the-operator' },
    token: 'key-of-the-operator',
    values: { name: 'example.org.', kind: 'Native' },
    // It takes values of other types, answers odd names with 500, malformed JSON with an HTML page, and a list of texts as text.
    accepted: Object.fromEntries(
      [...powerDnsReached, ...powerDnsUnreached].flatMap((id) =>
        [
          'server-error',
          'invalid-taken',
          'valid-refused',
          'answer-not-json',
          'answer-schema',
          'value-lost',
          'refused-kept',
        ].map((code) => [`${code} ${id}`, 'true']),
      ),
    ),
    unreached: powerDnsUnreached,
  },
  'json-server': {
    app: ['json-server.mjs'],
    // It validates nothing: it keeps any body, and answers bad input with its stack trace.
    accepted: Object.fromEntries(
      ['listPosts', 'addPost', 'getPost', 'putPost', 'patchPost', 'deletePost', '/posts', '/posts/{id}'].flatMap((id) =>
        ['server-error', 'leak', 'answer-schema', 'invalid-taken', 'unasked-taken', 'id-twice', 'cors-credentials'].map(
          (code) => [`${code} ${id}`, 'true'],
        ),
      ),
    ),
  },
  'express-idempotency': { app: ['idempotency.mjs', 'express-idempotency'] },
  'express-idempotency with a storage at some distance': {
    app: ['idempotency.mjs', 'express-idempotency, distant'],
    wanted: { 'server-error pay': 'of two calls at once one ends in 500, because the key is there already' },
  },
  'express-idempotency, without asking isHit': {
    app: ['idempotency.mjs', 'express-idempotency, without isHit'],
    wanted: { 'key-acts-twice pay': 'it sends the first answer, and the handler runs again' },
  },
  'express-idempotency with two users': {
    app: ['idempotency.mjs', 'express-idempotency, users'],
    token: 'token-of-ada',
    secondToken: 'token-of-bob',
    wanted: { 'key-of-other-user pay': 'it keeps the answers of all users by the key alone' },
  },
  'node-idempotency': { app: ['idempotency.mjs', 'node-idempotency'] },
  'node-idempotency that waits for the first call': { app: ['idempotency.mjs', 'node-idempotency that waits'] },
  'MCP, the everything server': {
    app: ['mcp-everything.mjs'],
    accepted: { 'mcp-origin mcp': 'Access-Control-Allow-Origin: *, and the Origin of a call is not checked' },
  },
  'MCP, the example of the SDK': { app: ['mcp-example.mjs'] },
}

const examples = new URL('node_modules/@readme/oas-examples/', import.meta.url).pathname

const booleans = 'members have required: true or false, which JSON Schema does not know'

/** A mock checks only that there is a token. */
export const ofEveryMock = /^auth-any-token /

/** Published specs that Prism mocks, with the errors that are true. Those of the corpus are named by their folder. */
export const mocks: Record<string, Record<string, string>> = {
  [`${examples}2.0/json/petstore.json`]: {},
  [`${examples}3.0/json/petstore.json`]: {},
  [`${examples}3.0/json/petstore-expanded.json`]: {},
  [`${examples}3.1/json/petstore.json`]: {},
  [`${examples}3.0/json/uspto.json`]: {},
  [`${examples}3.0/json/link-example.json`]: {},
  '7qcx23lxrx.quickcreator.io/openapi.yaml': {},
  'api.popfun.com/openapi.yaml': {},
  'cars-israel-plugin.galhadari.repl.co/openapi.yaml': {},
  'chatgpt.solanalabs.com/openapi.yaml': {},
  'code-runner.heavenplugins.com/openapi.json': { 'server-error quickChart': 'the spec describes no answer' },
  'crosstok.ingrouper.com/openapi.yaml': {},
  'dmtoolkit.magejosh.repl.co/openapi.yaml': {},
  'gpt-show-search.fly.dev/openapi.yaml': {},
  'interest-rates.orrenprunckun.com/openapi.yaml': {},
  'local.goodcall.ai/openapi.yaml': {},
  'outreach-plugin.dover.io/openapi.yaml': { 'spec-schema spec': booleans },
  'pollthepeople.customplugin.ai/openapi.yaml': {},
  'qr.mixerbox.com/openapi.json': {
    'spec-schema generateQr': booleans,
    'answer-schema generateQr': 'the spec requires a member that it does not describe',
  },
  'scholarlyinsight--chao-gu-ge-lei.repl.co/openapi.yaml': {},
  'tf-chatgpt-2a1cd91e099b.herokuapp.com/openapi.json': {
    ...Object.fromEntries(
      ['getForm', 'createForm', 'updateForm', 'addField', 'updateField'].map((id) => [
        `answer-schema ${id}`,
        'an example of a text is an object',
      ]),
    ),
    ...Object.fromEntries(
      ['getTheme', 'getThemes', 'createTheme', 'updateTheme'].map((id) => [
        `server-error ${id}`,
        'objects as text/plain',
      ]),
    ),
  },
  'www.mixerboxnews.com/openapi.json': {},
}
