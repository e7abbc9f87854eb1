/** Error: an assistant fails, or data is at risk. Warning: some assistants have problems. Note: good to know. */
export type Severity = 'error' | 'warning' | 'note'

export interface Rule {
  severity: Severity
  /** What is wrong, in a few words. */
  title: string
  /** What to do. */
  advice: string
}

const error = (title: string, advice: string): Rule => ({ severity: 'error', title, advice })
const warning = (title: string, advice: string): Rule => ({ severity: 'warning', title, advice })
const note = (title: string, advice: string): Rule => ({ severity: 'note', title, advice })

/** Every rule by its code, which stays the same from release to release. */
export const rules = {
  'manifest-missing': error(
    'The manifest is missing',
    'Serve /.well-known/ai-plugin.json with status 200, without a redirect',
  ),
  'manifest-not-json': error(
    'The manifest is not JSON',
    'Write it as JSON in UTF-8, without comments and trailing commas',
  ),
  'manifest-member': error(
    'A member of the manifest is missing or of the wrong type',
    'Include all ten members of the ChatGPT plugin manifest, schema v1',
  ),
  'manifest-limit': warning(
    'A member of the manifest is over a limit',
    'Shorten it: some assistants cut it or refuse the plugin',
  ),
  'manifest-domain': warning(
    'The manifest points to another domain',
    'Serve the spec, the logo and the legal page on the domain of the manifest or below it',
  ),
  'manifest-link': error(
    'A URL in the manifest does not answer',
    'Serve it with status 200, without a token and without a redirect',
  ),
  'manifest-auth': error(
    'The manifest and the spec disagree about authentication',
    'Describe the same authentication in auth and in securitySchemes',
  ),
  'document-cors': warning(
    'Web pages cannot read the document',
    'Send Access-Control-Allow-Origin: * on the manifest and the spec',
  ),
  'document-type': warning('The document has an unusual media type', 'Send application/json or application/yaml'),
  'spec-missing': error(
    'The spec is missing',
    'Serve the OpenAPI document without a token at the URL that the manifest names, or give its URL or file to --spec',
  ),
  'spec-not-readable': error(
    'The spec cannot be read',
    'Write it as JSON or YAML, under 5 MB, without aliases that expand exponentially',
  ),
  'spec-version': error('The OpenAPI version of the spec is not supported', 'Use 3.0 or 3.1'),
  'spec-reference': error(
    'A reference points to nothing, to another document, or to itself',
    'Refer only to #/components, and only to components that exist',
  ),
  'spec-server': error(
    'The server entry cannot be used',
    'Use one absolute URL, without variables, on the domain of the manifest: assistants know no other',
  ),
  'spec-operation-id': error(
    'An operationId is missing, duplicated or invalid',
    'Give each operation a unique name of 1 to 64 letters, digits, - and _',
  ),
  'spec-operation-id-letters': warning(
    'An operationId has characters other than letters',
    'Use only letters, - and _: Azure AI Foundry accepts no others',
  ),
  'spec-text': warning(
    'A summary or description is missing or too long',
    'Say what the operation does in at most 200 characters: models see nothing else',
  ),
  'spec-parameter': error(
    'A parameter cannot be read',
    'Give each parameter a name, a location and a schema, without references, and use each path parameter in the path',
  ),
  'spec-parameter-reference': warning(
    'A parameter is a reference',
    'Write the parameter where it is used: some assistants do not follow references of parameters',
  ),
  'spec-parameter-text': warning('An input has no description', 'Describe it in at most 200 characters'),
  'spec-name-twice': warning(
    'Two inputs of one operation have the same name',
    'Use each input name once: assistants merge path, query and body into one flat object',
  ),
  'spec-body': warning(
    'A request body is not a flat JSON object',
    'Use application/json and an object with named members',
  ),
  'spec-response': error(
    'An operation does not describe a successful answer',
    'Describe 200 with application/json and a schema',
  ),
  'spec-schema': error('A schema is invalid', 'Write it as JSON Schema, with patterns that compile'),
  'spec-path': error(
    'Two paths are the same, or a path cannot be called',
    'Give each path once: the names of its parameters do not make it another',
  ),
  'spec-security': error(
    'The security of the spec cannot be followed',
    'Name in security only schemes of components.securitySchemes, and describe each of them completely',
  ),
  'spec-structure': warning(
    'The spec does not follow OpenAPI',
    'Correct it: some programs refuse the whole document. See the JSON Schemas at spec.openapis.org',
  ),
  'spec-too-many': warning('The spec has more than 30 operations', 'Offer at most 30: GPT Actions accept no more'),
  'operation-missing': error(
    'The server does not have an operation of the spec',
    'Correct the path, the method or the server entry, or remove the operation',
  ),
  unreachable: error('The operation does not answer', 'Check the server entry, the port and the path'),
  'status-undeclared': error(
    'The spec does not describe the status of an answer',
    'Describe this status, or a default response',
  ),
  'answer-type': error(
    'The media type of an answer differs from the spec',
    'Send the media type that the spec describes',
  ),
  'answer-not-json': error('The answer is labelled as JSON and is not JSON', 'Send JSON in UTF-8'),
  'json-name-twice': warning(
    'A name stands twice in one object of JSON',
    'Write each name once: programs keep the first one, the last one or neither (RFC 8259, section 4)',
  ),
  'answer-encoding': warning(
    'The bytes of an answer do not follow its headers',
    'Send JSON in UTF-8 without a byte order mark, other text in the charset of Content-Type, and compress as Content-Encoding says',
  ),
  'answer-header': warning(
    'A header of an answer is missing or does not match the spec',
    'Send the headers that the spec requires, in the form that it describes',
  ),
  'answer-schema': error(
    'The answer does not match its schema',
    'Make the answer and the schema agree: models trust the schema',
  ),
  'answer-too-long': warning(
    'The answer has more than 100,000 characters',
    'Split it into pages: assistants cut or refuse it',
  ),
  'answer-slow': warning(
    'The answer took more than 10 seconds',
    'Answer sooner: some assistants give up after 5 to 10 seconds',
  ),
  'answer-too-slow': error(
    'The answer does not come in time',
    'Answer within 10 seconds, and end each answer: assistants give up',
  ),
  'valid-refused': error(
    'Input that matches the spec is refused',
    'Accept it, or narrow the schema to what you accept',
  ),
  'server-error': error('A request ends in a 5xx', 'Answer bad input with a 4xx that says what is wrong'),
  'invalid-taken': error(
    'Input that the spec forbids is accepted',
    'Check the input against the schema and answer 400',
  ),
  'invalid-format-taken': warning(
    'A text that does not have its format is accepted',
    'Check the format, or leave it out of the schema: JSON Schema takes it as a comment',
  ),
  'invalid-converted': note(
    'A value of another type or an unknown member is accepted',
    'Refuse it, or describe it: null may mean missing, a number may become a text, and what is unknown may be dropped',
  ),
  'refusal-undeclared': warning(
    'The spec does not describe the status or the body of a refusal',
    'Describe the 4xx, or a default response',
  ),
  'auth-open': error('A protected operation answers without a token', 'Check the token before anything else'),
  'auth-any-token': error('A protected operation accepts an invalid token', 'Accept only tokens that you issued'),
  'auth-place': warning(
    'A token in the query is accepted',
    'Accept tokens only in the Authorization header: URLs are logged',
  ),
  'auth-status': warning(
    'A call without a valid token is not answered with 401',
    'Answer 401, so that the assistant asks the user to sign in',
  ),
  'auth-challenge': warning('A 401 has no WWW-Authenticate', 'Send WWW-Authenticate: Bearer, RFC 6750'),
  'auth-scheme-case': note(
    'The name of the authentication scheme is compared with its case',
    'Accept both "bearer" and "Bearer", RFC 9110 section 11.1: some clients send lower case',
  ),
  'auth-lenient': warning(
    'A token is accepted in a form that the spec does not describe',
    'Accept a token only after the scheme that the spec names, and compare it exactly',
  ),
  'auth-order': warning(
    'Input or items are checked before the token',
    'Check the token first and answer 401: other answers tell strangers what exists',
  ),
  'auth-undeclared': error(
    'An operation that is public according to the spec requires a token',
    'Name its security scheme in security: assistants that follow the spec send no token',
  ),
  'auth-token-refused': error(
    'The token that you gave is refused',
    'Give a valid token with --token, or make the plugin accept it',
  ),
  'auth-document': error(
    'A public document requires a token',
    'Serve the manifest, the spec, the logo and the legal page to everyone',
  ),
  'auth-echo': error('An answer contains the token', 'Never send a secret back'),
  'oauth-redirect': error(
    'The authorization server redirects to an unregistered address',
    'Before any redirect, compare the client and the callback exactly with what is registered',
  ),
  'oauth-any-code': error(
    'The token endpoint accepts invalid codes or tokens',
    'Issue tokens only for codes and refresh tokens that you issued',
  ),
  'oauth-refusal': warning(
    'The authorization server does not refuse as OAuth requires',
    'Answer 400 or 401 with a JSON object that has the member error, RFC 6749 section 5.2',
  ),
  'oauth-metadata': warning(
    'The metadata of the sign-in does not describe what is there',
    'Serve RFC 9728 for the plugin and RFC 8414 for the authorization server, with what the manifest has',
  ),
  'oauth-content-type': error(
    'The token endpoint refuses the media type that the manifest names',
    'Accept authorization_content_type at authorization_url, and application/x-www-form-urlencoded as well (RFC 6749)',
  ),
  'oauth-framing': warning(
    'Other sites can show the sign-in or consent page in a frame',
    "Send Content-Security-Policy: frame-ancestors 'none' with it: RFC 9700, section 4.16",
  ),
  'oauth-cookie': note(
    'A cookie of the sign-in can be read by scripts or is sent by other sites',
    'Set HttpOnly and SameSite=Lax, and Secure over https',
  ),
  'oauth-consent': error(
    'A refusal of the user gives a code',
    'Redirect with error=access_denied where the user refuses',
  ),
  'oauth-injection': error(
    'A page of the sign-in shows input as HTML',
    'Escape everything that a page shows: & < > " and single quotes',
  ),
  'oauth-password': warning(
    'A wrong password signs in',
    'Compare the password, also on a server for tests: nothing else shows that the real one does',
  ),
  'oauth-implicit': warning(
    'Tokens are sent in a redirect',
    'Refuse every response_type but code: tokens in URLs end up in histories and logs (RFC 9700, section 2.1.2)',
  ),
  'oauth-request': warning(
    'A request that OAuth forbids is accepted',
    'Answer 400 with error=invalid_request: RFC 6749, RFC 9700',
  ),
  'oauth-redirect-missing': note(
    'A code works without the redirect_uri of its request',
    'Require the redirect_uri that the authorization request had: RFC 6749, section 4.1.3',
  ),
  'oauth-method': error(
    'The token endpoint answers GET with tokens',
    'Accept only POST: codes and secrets in URLs are logged (RFC 6749, section 3.2)',
  ),
  'oauth-grant-type': error('The token endpoint ignores grant_type', 'Answer unsupported_grant_type for any other'),
  'oauth-pkce-plain': warning(
    'PKCE works without a hash',
    'Refuse code_challenge_method=plain: anyone who sees the request can use the code (RFC 9700, section 2.1.1)',
  ),
  'oauth-expiry': error('An expired access token still works', 'Refuse a token after expires_in with 401'),
  'oauth-expires-in': note('The token answer does not say how long the token lives', 'Send expires_in in seconds'),
  'oauth-guessable': warning(
    'A code or token can be guessed',
    'Make it from at least 128 random bits, which is 22 characters (RFC 6749, section 10.10)',
  ),
  'oauth-flow': error(
    'A client cannot sign in',
    'After sign-in and consent, redirect to the callback of the client with a code',
  ),
  'oauth-state': error('The state of the client is changed', 'Send state back unchanged'),
  'oauth-issuer': warning('The answer of the authorization request does not name its issuer', 'Send iss, RFC 9207'),
  'oauth-token-answer': error(
    'The answer of the token endpoint does not follow OAuth',
    'Answer 200 with access_token, token_type bearer and expires_in, RFC 6749 section 5.1',
  ),
  'oauth-token-cache': warning('Caches may store tokens', 'Send Cache-Control: no-store with tokens'),
  'oauth-pkce': error(
    'PKCE is not enforced',
    'Refuse a code whose request had a code_challenge unless the code_verifier matches, RFC 7636',
  ),
  'oauth-secret': error('The client secret is not checked', 'Refuse a confidential client without its secret'),
  'oauth-code-stolen': error(
    'Another client can use a code or refresh token',
    'Bind each to its client and its redirect_uri',
  ),
  'oauth-code-again': error('A code works more than once', 'Accept and delete a code in one step'),
  'oauth-code-withdrawn': warning(
    'Tokens keep working after a code or refresh token was used twice',
    'Revoke all tokens of a code or refresh token that is sent a second time: one of the two senders has stolen it',
  ),
  'oauth-refresh-again': warning('A refresh token never ends', 'Replace it at each use, and refuse the replaced one'),
  'oauth-user': error(
    'After a refresh a token is of another user',
    'Issue the new token for the user and the scopes of the refresh token',
  ),
  'oauth-revocation': error('A revoked token still works', 'Delete a revoked token and answer 200'),
  'oauth-scope': error('More scopes are granted than requested', 'Grant the requested scopes or fewer'),
  'held-up': warning('Slow or broken connections block other clients', 'Set a time limit for headers and bodies'),
  'scope-ignored': error('A read-only token changes data', 'Check the scope of each operation'),
  'scope-status': warning(
    'A valid token without the scope is answered with 401',
    'Answer 403, so that the assistant does not ask the user to sign in again (RFC 6750, section 3.1)',
  ),
  'scope-challenge': note(
    'A 403 does not say which scope is missing',
    'Send WWW-Authenticate: Bearer error="insufficient_scope" with it, RFC 6750 section 3.1',
  ),
  'user-shared': note(
    'All users see the same items',
    'Filter every lookup by the owner, unless the items are meant for all users',
  ),
  'user-oracle': note(
    'The answers tell which items of other users exist',
    'Answer 404 for the items of others, as for items that do not exist',
  ),
  'user-leak': error("One user can see another user's data", 'Filter every lookup by the owner'),
  'key-acts-twice': error(
    'A call that is repeated with its idempotency key acts twice',
    'Keep the key in the transaction of the action, and answer a repeated call with the first answer',
  ),
  'key-at-once': error(
    'Of several calls at once with one idempotency key more than one acts',
    'Before you act, store the key where it can be stored only once. While the first call runs, answer the others with 409 and Retry-After',
  ),
  'key-other-input': error(
    'An idempotency key is accepted with other input',
    'Keep a hash of the input with the key, and answer 422 or 409 to another one',
  ),
  'key-of-other-user': error(
    'An idempotency key leads to the answer of another user',
    'Look for a key only among those of the caller and the operation',
  ),
  'key-not-replayed': warning(
    'A call that is repeated with its idempotency key is refused',
    'Keep the first answer and send it again: the caller may have lost it',
  ),
  'key-other-answer': warning(
    'A call that is repeated with its idempotency key gets another answer',
    'Send the status and the body of the first answer again',
  ),
  'confirmation-bypassed': error(
    'A call that a person must confirm is made without that',
    'Refuse it without a valid confirmation, and check the confirmation on the server',
  ),
  'confirmation-reused': error(
    'A confirmation is accepted for another call than the one that was confirmed',
    'Bind each confirmation to the caller, the operation and its input, and accept it once',
  ),
  'undo-without-effect': error(
    'What takes an action back has no effect',
    'Take back what the spec says, or answer 409 where it can no longer be taken back',
  ),
  'expired-accepted': error(
    'What has expired is accepted',
    'Compare the time in the call that accepts it, and answer 409 or 410 with how to get a new one',
  ),
  'amount-fraction': warning(
    'An amount of money is a number with a fraction',
    'Write amounts as integers in the minor unit of the currency, or as decimal texts: floating point loses cents',
  ),
  'amount-sum': error(
    'A total is not the sum of its parts',
    'Add integers in the minor unit, and round each part before it is added',
  ),
  'created-not-found': error(
    'A created item cannot be found',
    'Include it in the answers of the operations that read it',
  ),
  'deleted-still-there': error('A deleted item still exists', 'Remove it from every answer'),
  'safe-changes': error('An operation that reads changes data', 'Change nothing in GET: assistants repeat it'),
  'created-not-listed': warning(
    'A list does not have a created item',
    'List it at once, or describe which items the list leaves out',
  ),
  'creation-lost': error(
    'Of several items created at once one is lost',
    'Write each of them, and lock what they share',
  ),
  'id-twice': error('Two items have the same id', 'Choose ids in one place, and refuse one that exists'),
  'location-wrong': error(
    'The header Location does not lead to the created item',
    'Send the URL at which GET answers it',
  ),
  'value-lost': error(
    'A value that was sent comes back as another one',
    'Store what the schema allows as it is, also what is empty, long or in another script',
  ),
  'value-ignored': warning(
    'A value that was sent is not used',
    'Use it, or leave it out of the request or mark it readOnly',
  ),
  'change-lost': error(
    'An accepted change is not there afterwards',
    'Store each member that is sent, also if it is empty',
  ),
  'change-clobbers': error(
    'A change of one member changes another one',
    'In PATCH, leave what is not sent as it is; never change an id or the time of creation',
  ),
  'change-spills': error('A change of one item changes another item', 'Change only what the id names'),
  'change-of-deleted': warning('A change of a deleted item is accepted', 'Answer 404 or 410'),
  'deletes-others': error('A deletion deletes other items', 'Delete only what the id names'),
  'refused-kept': error('A refused creation leaves an item', 'Check the whole input before you write anything'),
  'unasked-taken': error(
    'A client can set what only the server may set',
    'Take only the members of the request schema',
  ),
  'prototype-reached': error(
    'A request changes what all objects share',
    'Drop __proto__ and constructor from input, or use objects without a prototype',
  ),
  'total-wrong': error('A total or count is wrong', 'Count what the list shows, at each call'),
  'limit-ignored': error('A list does not keep to its limit', 'Answer at most as many items as were asked for'),
  'filter-wrong': error('A filter is not applied', 'Answer all items that match, and no others'),
  'search-wrong': warning(
    'A search misses what it should find, or finds what it should not',
    'Search in all texts, for the words sent',
  ),
  'sort-wrong': error('A list is not in the order that was asked for', 'Sort all items before you cut a page'),
  'etag-wrong': error(
    'An ETag hides a change, or a condition is judged wrong',
    'Change the ETag with each change, and answer 304 only to the current one',
  ),
  'etag-form': warning('An ETag is not in quotes', 'Write it as "…" or W/"…", RFC 9110 section 8.8.3'),
  'etag-unstable': warning('An ETag changes though nothing has changed', 'Make it from the content or its version'),
  'etag-unused': note('An ETag saves nothing', 'Answer 304 where If-None-Match has the current ETag'),
  'match-ignored': error(
    'A change with a stale If-Match is accepted',
    'Answer 412: the change of another client is lost',
  ),
  'match-status': note(
    'A stale If-Match is not answered with 412',
    'Answer 412, so that the client knows to read again, RFC 9110 section 13.1.1',
  ),
  'page-lost': error(
    'Pages lose or repeat items',
    'Use a stable order, and continue exactly where the last page ended',
  ),
  'page-endless': error('Paging does not end', 'Omit the link to the next page on the last page'),
  'cursor-unknown': note(
    'A made-up cursor leads to the first page',
    'Answer 400: a client whose cursor is wrong reads the first pages again and again, and does not know it',
  ),
  'malformed-taken': warning('A body that is not JSON is accepted', 'Answer 400'),
  'media-type-taken': warning(
    'A body of a media type that the spec does not describe is accepted',
    'Answer 415, as the spec describes: a page of another site can send a form or text/plain without a preflight',
  ),
  'size-unlimited': warning('A body of 2 MiB is accepted', 'Limit the size of bodies and answer 413'),
  'method-answered': warning('A method that the spec does not describe is answered with 2xx', 'Answer 405 with Allow'),
  'method-unknown': note(
    'A method that a path does not have is answered with 404',
    'Answer 405 with Allow: 404 says that nothing is there, RFC 9110 section 15.5.6',
  ),
  'method-override': warning(
    'A header or a query can replace the method',
    'Do not read X-HTTP-Method-Override or _method: proxies and firewalls check the method',
  ),
  'trace-on': warning('TRACE answers with what was sent', 'Turn TRACE off: it shows secrets to scripts'),
  'allow-missing': warning('A 405 does not say which methods there are', 'Send Allow, RFC 9110 section 15.5.6'),
  'allow-wrong': note(
    'Allow does not agree with the spec or with the server',
    'List in Allow every method that is answered, and no others',
  ),
  'head-differs': warning('HEAD is not answered as GET is', 'Answer with the same status and headers, without a body'),
  'head-missing': note('HEAD is not supported', 'Answer HEAD wherever you answer GET, RFC 9110 section 9.1'),
  'cors-credentials': error(
    'Every web page can call with the credentials of the user',
    'Never send Access-Control-Allow-Credentials with an origin that you do not know',
  ),
  'cors-reflected': note(
    'Every origin is allowed with credentials, in an API without users',
    'Send Access-Control-Allow-Origin: * without Access-Control-Allow-Credentials',
  ),
  'cors-preflight': warning(
    'Web pages cannot make this call',
    'Answer OPTIONS without a token, with 204 and the methods and headers that the operation needs',
  ),
  'cors-preflight-missing': note(
    'Web pages cannot make this call, because OPTIONS is not answered',
    'If web pages are to call, answer OPTIONS with 204 and the CORS headers',
  ),
  'cors-errors': warning(
    'Web pages cannot read why a call was refused',
    'Send Access-Control-Allow-Origin with every answer, also with errors',
  ),
  'cache-shared': warning(
    'Shared caches may store an answer that is for one user',
    'Send Cache-Control: private or no-store',
  ),
  'cache-unset': note(
    'An answer for one user does not say who may store it',
    'Send Cache-Control: no-store, or private with a time',
  ),
  'unknown-answered': error(
    'An id that does not exist is answered with 2xx',
    'Answer 404; use a Map, not an object, for what ids name',
  ),
  crash: error('A request ends the server', 'Handle every failure in one request without ending the process'),
  leak: error('An answer reveals internals of the server', 'Log stack traces, paths and SQL, and never send them'),
  'rate-limit': warning('A 429 does not say when to try again', 'Send Retry-After'),
  'mcp-connect': error('An MCP client cannot use the server', 'Answer initialize, server/discover and tools/list'),
  'mcp-tool': error(
    'Clients refuse the description of a tool',
    'Give it a unique name of letters, digits, _, - and ., and schemas that are valid and describe an object',
  ),
  'mcp-client-limit': warning(
    'Some clients or models cannot use a tool',
    'Give it a name of at most 64 letters, digits, _ and -, a description, and an input schema without references',
  ),
  'mcp-hints': warning(
    'A tool does not declare its effects',
    'Set readOnlyHint, destructiveHint, idempotentHint and openWorldHint: ChatGPT requires them',
  ),
  'mcp-output': error(
    'The answer of a tool does not match its description',
    'Answer structuredContent that matches the outputSchema',
  ),
  'mcp-text': warning(
    'The text of an answer is not its structured content',
    'Answer the JSON of structuredContent as text too: some clients read only the text',
  ),
  'mcp-error-code': warning(
    'Bad input is reported as a failure of the server',
    'Answer with isError and a text, or with the error -32602: some clients do not show other errors to the model',
  ),
  'mcp-refusal': warning(
    'A bad call is not refused with a text',
    'Answer with isError and a text that says what to do next',
  ),
  'mcp-protocol': warning('An invalid message is not refused', 'Answer 400 with the error -32700 or -32600'),
  'mcp-auth': error('MCP can be called without a valid token', 'Answer 401, as the operations do'),
  'mcp-challenge': warning(
    'A client cannot find out where to sign in',
    'Send WWW-Authenticate with a resource_metadata URL that serves the metadata of this server (RFC 9728)',
  ),
  'mcp-origin-unchecked': warning(
    'The server does not check the Origin of a call',
    'Answer an unknown Origin with 403: the protocol requires it',
  ),
  'mcp-origin': error(
    'Pages of other sites can call the server',
    'Answer an unknown Origin with 403: the protocol requires it against DNS rebinding',
  ),
} satisfies Record<string, Rule>

export type Code = keyof typeof rules
