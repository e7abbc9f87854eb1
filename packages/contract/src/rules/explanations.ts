/** What `--explain` says about a rule beside its title and its advice. */
export interface Explanation {
  /** Who is harmed, and how. */
  why?: string
  example?: string
  /** The standard or the document of an assistant that the rule rests on. */
  source?: string
}

const chatgpt = 'ChatGPT plugin manifest v1, as assistants still read it (docs/consumers.md)'
const openapi = 'OpenAPI Specification 3.1'
const http = 'RFC 9110, HTTP Semantics'
const oauth = 'RFC 6749 and RFC 9700, OAuth 2.0 and its security best current practice'
const idempotency = 'IETF draft-ietf-httpapi-idempotency-key-header, ACP 2026-04-17 and UCP 2026-04-08'
const mcp = 'Model Context Protocol specification, 2025-11-25 and 2026-07-28'

/** By code, and by the first word of a code for all rules of that group. */
export const explanations: Record<string, Explanation> = {
  manifest: { why: 'Assistants that start at the manifest cannot register the plugin.', source: chatgpt },
  'manifest-limit': {
    why: 'Assistants cut a text that is too long, or refuse the plugin.',
    example: 'name_for_human has 34 characters, and ChatGPT accepts 20.',
  },
  'manifest-domain': {
    why: 'Assistants refuse a spec or a logo of another domain, because anyone could name it.',
    example: 'The manifest of api.example.com names https://cdn.example.net/openapi.yaml.',
  },
  'manifest-auth': {
    why: 'The assistant asks for a token that no operation needs, or calls without one that they need.',
    example: 'auth.type is "none", and the spec requires a bearer token.',
  },
  document: {
    why: 'Hosts that read documents in the browser cannot read these.',
    source: 'Fetch Standard, CORS protocol',
  },
  spec: {
    why: 'Assistants make their tools from the spec. What they cannot read there, they cannot call.',
    source: openapi,
  },
  'spec-path': {
    why: 'Programs keep one of the two paths, and nobody knows which.',
    example: '/books/{id} and /books/{book} are the same path.',
  },
  'spec-security': {
    why: 'An assistant does not know which credentials to send, or sends none.',
    example: 'An operation requires "token", and components.securitySchemes has only "key".',
  },
  'spec-structure': {
    why: 'Some programs refuse the whole document, others ignore what they do not know.',
    example: 'A response has no description.',
  },
  'spec-reference': {
    why: 'An assistant resolves no other document, so the operation has no schema.',
    example: '{"$ref": "#/components/schemas/Nothing"}',
  },
  'spec-server': {
    why: 'The assistant calls an address at which nothing answers.',
    source: `${openapi}, section 4.8.5`,
  },
  'spec-operation-id': {
    why: 'The operationId is the name of the tool. Model APIs refuse other characters and the same name twice.',
    example: 'operationId: "get pets!"',
  },
  'spec-text': {
    why: 'The description is all that a model knows of an operation. Some assistants cut it after 200 characters.',
  },
  'spec-name-twice': {
    why: 'Assistants put all inputs into one object, so one value goes to two places.',
    example: 'A path parameter id and a member id of the body.',
  },
  'spec-too-many': { why: 'GPT Actions refuse a spec with more than 30 operations.', source: 'docs/consumers.md' },
  operation: { why: 'The assistant calls an operation of the spec that the server does not have.', source: http },
  unreachable: { why: 'Every call of the operation fails.', source: http },
  status: {
    why: 'A client that was generated from the spec treats an undescribed status as an error.',
    example: 'The spec describes 200, and the answer is 201.',
    source: `${openapi}, section 4.8.16`,
  },
  answer: {
    why: 'A model trusts the schema: it reads a member that is missing, or takes a value for what it is not.',
    source: openapi,
  },
  'answer-type': { example: 'The spec describes application/json, and the answer is text/html.', source: http },
  'answer-not-json': {
    why: 'The assistant cannot read the answer at all.',
    example: "{'a': 1}",
    source: 'RFC 8259, JSON',
  },
  'answer-schema': { example: 'The schema says {"count": integer}, and the answer is {"count": "3"}.' },
  'answer-too-long': { why: 'Assistants cut longer answers, often in the middle of an item.', source: chatgpt },
  'answer-slow': { why: 'Some assistants give up after 5 to 10 seconds.', source: 'docs/consumers.md' },
  'answer-too-slow': {
    why: 'The assistant gives up, and does not know whether the call changed something.',
    example: 'A handler that waits for another server without a limit.',
    source: 'docs/consumers.md',
  },
  valid: {
    why: 'A model sends what the schema allows, and cannot know why it is refused.',
    example: 'The schema has maxLength 100, and 51 characters are answered with 400.',
    source: openapi,
  },
  server: {
    why: 'The assistant reports that the plugin is broken, and may try again and again.',
    example: 'GET /notes/%00 is answered with 500.',
    source: `${http}, section 15.6`,
  },
  invalid: {
    why: 'Wrong data is stored, or the model believes that its wrong input was used.',
    example: 'The schema has minimum 1, and 0 is answered with 200.',
    source: openapi,
  },
  refusal: { why: 'The assistant cannot tell the user what to correct.', source: `${openapi}, section 4.8.16` },
  auth: { why: 'Anyone can read or change the data of users.', source: 'RFC 6750, Bearer Token Usage' },
  'auth-place': {
    why: 'URLs are written to logs and to the history of browsers, with the token.',
    source: 'RFC 9700, section 4.3.2',
  },
  'auth-status': { why: 'Assistants ask the user to sign in again after 401 only.', source: `${http}, section 15.5.2` },
  'auth-challenge': {
    why: 'Clients find out by WWW-Authenticate how to sign in.',
    example: 'WWW-Authenticate: Bearer error="invalid_token"',
    source: `${http}, section 11.6.1`,
  },
  'auth-scheme-case': { why: 'Clients that send "bearer" cannot call.', source: `${http}, section 11.1` },
  'auth-lenient': { why: 'What is compared loosely can be guessed sooner, and behaves otherwise behind a proxy.' },
  'auth-order': { why: 'Strangers learn what exists and which input is valid.' },
  'auth-undeclared': { why: 'Assistants that follow the spec send no token, and every call fails.', source: openapi },
  'auth-token-refused': { why: 'Nothing that needs a token could be tested.' },
  'operation-missing': {
    why: 'The assistant offers the operation, and every call of it fails.',
    example: 'The spec has POST /books, and the server answers 405.',
  },
  'answer-encoding': {
    why: 'Programs fail to read the answer, or show wrong characters.',
    example: 'Content-Encoding is gzip, and the body is plain text.',
    source: 'RFC 8259, section 8.1, and RFC 9110, section 8.4',
  },
  'answer-header': {
    why: 'A client that relies on the header, such as Location, fails.',
    example: '201 is described with a required Location, and the answer has none.',
  },
  'auth-document': { why: 'Assistants read the documents before the user signs in.', source: chatgpt },
  oauth: { why: 'Someone else can sign in as the user, or keep access that the user withdrew.', source: oauth },
  'oauth-content-type': {
    why: 'Assistants send what the manifest says, so no user can connect the plugin.',
    source: chatgpt,
  },
  'json-name-twice': {
    why: 'Assistants read different values from the same text.',
    example: '{"status": "open", "status": "closed"}',
    source: 'RFC 8259, section 4',
  },
  'oauth-user': { why: 'After an hour the assistant reads and changes what belongs to someone else.' },
  'oauth-expires-in': { why: 'The assistant finds out that the token has ended only when a call fails.' },
  'oauth-flow': { why: 'No user can connect the plugin.' },
  'oauth-refusal': {
    why: 'A client cannot tell what is wrong, and cannot sign the user in again.',
    source: 'RFC 6749, section 5.2',
  },
  'oauth-metadata': {
    why: 'Assistants that register by themselves do not find the authorization server.',
    source: 'RFC 9728, Protected Resource Metadata',
  },
  'oauth-issuer': { why: 'A client with several servers can be led to the wrong one.', source: 'RFC 9207' },
  'oauth-pkce': {
    why: 'A stolen code is enough to sign in as the user.',
    source: 'RFC 7636 and RFC 9700, section 2.1.1',
  },
  'oauth-injection': {
    why: 'A link to the sign-in can run a script there and take the password of the user.',
    source: 'CWE-79, Cross-site Scripting',
  },
  'oauth-password': {
    why: 'Anyone who knows the name of a user can act as that user.',
    source: 'CWE-287, Improper Authentication',
  },
  'oauth-state': {
    why: 'The client refuses the sign-in, as it must against forged answers.',
    source: 'RFC 6749, section 10.12',
  },
  held: {
    why: 'One slow client, or an attacker, stops the plugin for everyone.',
    example: '20 connections that send half a header.',
    source: 'CWE-400, Uncontrolled Resource Consumption',
  },
  scope: { why: 'A token that the user gave for reading changes data.', source: 'RFC 6749, section 3.3' },
  user: { why: 'Private data goes to strangers.', source: 'OWASP API Security 2023, API1' },
  'user-shared': { why: 'If the items are private, every user can read those of all others.' },
  'user-oracle': { why: 'Who counts through ids learns which exist.' },
  'scope-status': {
    why: 'The assistant asks the user to sign in again, which does not help.',
    source: 'RFC 6750, section 3.1',
  },
  'scope-challenge': {
    why: 'The assistant cannot ask for the scope that is missing.',
    source: 'RFC 6750, section 3.1',
  },
  key: {
    why: 'A client that got no answer calls again, and the user pays or books twice.',
    example: 'POST /payments with the same Idempotency-Key is answered with p1, and then with p2.',
    source: idempotency,
  },
  'key-at-once': {
    why: 'A client gives up waiting and calls again while the first call still runs, so both of them act.',
    example: 'Both calls look for the key before either of them has written it.',
    source: idempotency,
  },
  'key-other-input': {
    why: 'The user is told that something was done that was not, or a retry that a model wrote anew acts again.',
    example: 'Key k1 with amount 500 is answered with 201, and then k1 with amount 900 as well.',
    source: idempotency,
  },
  'key-of-other-user': {
    why: 'One user sees what another one bought, or is told that it was done for them.',
    source: idempotency,
  },
  'key-not-replayed': {
    why: 'A client whose first answer was lost never learns what was made.',
    example: 'The repeated call is answered with 409 "already exists".',
    source: idempotency,
  },
  'key-other-answer': {
    why: 'The model tells the user something else than what was done.',
    example: 'The first answer has the number of the booking, and the second one only {"ok": true}.',
    source: idempotency,
  },
  confirmation: {
    why: 'A model, or a page that it reads, spends the money of the user without asking.',
    example: 'A token from the question "Pay 10.00 EUR?" is accepted for a call with 900.00 EUR.',
    source: 'docs/acting.md',
  },
  undo: {
    why: 'The model says that it was cancelled, and the user pays for it.',
    example: 'POST /orders/7/cancel is answered with 200, and GET /orders/7 shows the order as before.',
    source: 'docs/acting.md',
  },
  expired: {
    why: 'The user gets a price that no longer holds, or pays another one than was shown.',
    example: 'A quote with expires_at of 12:00:00 is accepted at 12:00:02.',
    source: 'docs/acting.md',
  },
  amount: {
    why: '0.1 + 0.2 is 0.30000000000000004: totals are off by cents, and comparisons fail.',
    example: '{"total": 184.2, "currency": "EUR"} in place of 18420 or "184.20".',
    source: 'ISO 4217, and RFC 8259, section 6',
  },
  'amount-sum': {
    why: 'The model explains a price to the user that does not add up.',
    example: '{"subtotal": 1800, "tax": 150, "total": 1951, "currency": "EUR"}',
  },
  created: {
    why: 'The model says that it saved something, and the user cannot find it.',
    source: `${http}, section 9.3.3`,
  },
  deleted: { why: 'The model says that something is gone, and it is not.', source: `${http}, section 9.3.5` },
  safe: { why: 'Assistants repeat GET and ask nobody before it.', source: `${http}, section 9.2.1` },
  page: { why: 'The model misses items, or never comes to an end.', source: 'docs/contract-testing.md' },
  malformed: { why: 'A call that was cut on its way is taken for a complete one.', source: 'RFC 8259, JSON' },
  'media-type-taken': {
    why: 'A form on another site calls the operation with the cookies of the user, without a preflight.',
    example: 'JSON with Content-Type: text/plain creates a note, and the spec describes 415.',
    source: `${http}, section 15.5.16`,
  },
  'cursor-unknown': {
    why: 'A client with a cursor that has expired, or that was cut, never comes to an end.',
    example: 'GET /notes?cursor=not-a-cursor-of-this-server shows the first page.',
    source: 'docs/contract-testing.md',
  },
  size: { why: 'One client can fill the memory of the server.', source: `${http}, section 15.5.14` },
  method: { why: 'A way around the checks of the described methods.', source: `${http}, section 15.5.6` },
  leak: {
    why: 'An attacker learns paths, SQL or addresses of the server.',
    example: '"at handler (/srv/app/notes.js:12:5)" in an answer.',
    source: 'CWE-209, Error Message Containing Sensitive Information',
  },
  rate: { why: 'The assistant tries again at once, and is refused again.', source: 'RFC 6585, section 4' },
  'created-not-listed': { why: 'The user asks for the list, and what was just saved is not in it.' },
  creation: { why: 'Assistants make several calls at once, and one of them was for nothing.' },
  id: {
    why: 'A change or a deletion hits another item than the one that was meant.',
    example: 'The number of items is used as the next id, so a deletion makes it repeat.',
  },
  location: { why: 'A client that follows Location finds nothing.', source: `${http}, section 10.2.2` },
  value: {
    why: 'What the user said is stored as something else.',
    example: '{"priority": 0} is stored as 5, because 0 was taken for a missing value.',
  },
  'value-ignored': { why: 'The model sets a value, and it has no effect.' },
  change: {
    why: 'The model says that it changed something, and it did not, or it changed more.',
    example: 'PATCH {"title": "a"} also empties the tags.',
    source: 'RFC 5789, PATCH Method for HTTP',
  },
  'change-of-deleted': { why: 'The model says that it changed something that is gone.' },
  deletes: { why: 'The user loses data that nobody wanted to delete.' },
  refused: { why: 'The model corrects its input and sends it again, so the item is there twice.' },
  unasked: {
    why: 'Anyone can write what the server vouches for, such as an owner or a time.',
    example: '{"title": "a", "created_at": "2001-02-03T04:05:06Z"}',
    source: 'OWASP API Security 2023, API3',
  },
  prototype: { why: 'One request changes what every later request sees.', source: 'CWE-1321, Prototype Pollution' },
  total: { why: 'The model gives the user a wrong number, or stops before the last page.' },
  limit: { why: 'The answer has more than the model can read.' },
  filter: { why: 'The model shows what the user did not ask for, or misses what was asked for.' },
  search: { why: 'The user is told that something does not exist.' },
  sort: { why: 'The model takes the first item for the newest or the cheapest.' },
  etag: {
    why: 'A client shows old data, or overwrites the change of another one.',
    source: `${http}, sections 8.8.3 and 13.1`,
  },
  'etag-unused': { why: 'Every call carries the whole answer again.', source: `${http}, section 13.1.2` },
  match: { why: 'Of two changes at the same time one is lost without a word.', source: `${http}, section 13.1.1` },
  trace: {
    why: 'A script can read headers with secrets that it cannot see otherwise.',
    source: `${http}, section 9.3.8`,
  },
  allow: { why: 'A client cannot find out which methods there are.', source: `${http}, section 10.2.1` },
  head: { why: 'Clients and caches ask with HEAD what GET would answer.', source: `${http}, section 9.3.2` },
  cors: { why: 'Assistants that run in a web page cannot call.', source: 'Fetch Standard, CORS protocol' },
  'cors-credentials': {
    why: 'Any web page that the user opens can read the data of the user.',
    example: 'Access-Control-Allow-Origin repeats the Origin, with Access-Control-Allow-Credentials: true.',
    source: 'Fetch Standard, CORS protocol',
  },
  cache: { why: 'A proxy may give the answer of one user to another one.', source: 'RFC 9111, section 3.5' },
  unknown: {
    why: 'The model takes what is no item for one.',
    example: 'GET /notes/constructor is answered with 200.',
  },
  crash: { why: 'One request takes the plugin away from everyone.', source: 'CWE-248, Uncaught Exception' },
  mcp: { why: 'MCP clients fail, or show the model less than they should.', source: mcp },
  'mcp-auth': { why: 'Anyone can use the tools without signing in.', source: `${mcp}, Authorization` },
  'mcp-origin': {
    why: 'A page that the user visits can call a server on their machine.',
    source: `${mcp}, Transports: Security Warning`,
  },
  'mcp-hints': {
    why: 'Clients ask the user before every call, or ChatGPT refuses the app.',
    source: `${mcp}, ToolAnnotations`,
  },
}
