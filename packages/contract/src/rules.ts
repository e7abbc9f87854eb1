/** Error: an assistant fails, or data are at risk. Warning: some assistant stumbles. Note: worth knowing. */
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

/** Every rule by its code, which stays the same from release to release. */
export const rules = {
  'manifest-missing': error(
    'There is no manifest',
    'Serve /.well-known/ai-plugin.json with status 200, without a redirect',
  ),
  'manifest-not-json': error('The manifest is not JSON', 'Write it as JSON: no comments, no comma at the end, UTF-8'),
  'manifest-member': error(
    'A member of the manifest is missing or of the wrong type',
    'All ten members are needed; see the ChatGPT plugin manifest, schema v1',
  ),
  'manifest-limit': warning(
    'A member of the manifest is over a limit',
    'Some assistant cuts it or refuses the plugin: shorten it',
  ),
  'manifest-domain': warning(
    'The manifest leads to another domain',
    'Serve the spec, the logo and the legal page on the domain of the manifest or below it',
  ),
  'manifest-link': error(
    'A URL in the manifest does not answer',
    'Serve it with status 200, without a token and without a redirect',
  ),
  'manifest-auth': error(
    'Manifest and spec disagree about authentication',
    'Say the same in auth and in securitySchemes',
  ),
  'document-cors': warning(
    'A page cannot read the document',
    'Send Access-Control-Allow-Origin: * on the manifest and the spec',
  ),
  'document-type': warning('The document has an unusual media type', 'Send application/json or application/yaml'),
  'spec-missing': error('There is no spec', 'Serve the OpenAPI document at the URL that the manifest names'),
  'spec-not-readable': error(
    'The spec cannot be read',
    'Write it as JSON or YAML, under 5 MB, without aliases that multiply',
  ),
  'spec-version': error('The spec has no OpenAPI version that is read', 'Use 3.0 or 3.1'),
  'spec-reference': error(
    'A reference leads nowhere, out of the document, or in a circle',
    'Refer to #/components only, and to what is there',
  ),
  'spec-server': error(
    'The server entry cannot be used',
    'Give one absolute URL, without variables, on the domain of the manifest',
  ),
  'spec-operation-id': error(
    'An operationId is missing, doubled or not usable',
    'Name each operation with 1 to 64 letters, digits, - and _, once',
  ),
  'spec-operation-id-letters': warning(
    'An operationId has other signs than letters',
    'Azure AI Foundry takes letters, - and _ only',
  ),
  'spec-text': warning(
    'A summary or description is missing or long',
    'Say in at most 200 characters what the operation does; models see nothing else',
  ),
  'spec-parameter': error(
    'A parameter cannot be read',
    'Give each parameter a name, a place and a schema, without references; path names must stand in the path',
  ),
  'spec-parameter-text': warning('An input has no description', 'Say in at most 200 characters what it is'),
  'spec-name-twice': warning(
    'Two inputs of one operation have the same name',
    'Assistants make one flat object of path, query and body: name each input once',
  ),
  'spec-body': warning(
    'A request body is not a flat JSON object',
    'Use application/json with an object of named members',
  ),
  'spec-response': error('An operation describes no good answer', 'Describe 200 with application/json and a schema'),
  'spec-schema': error('A schema cannot be used', 'Write it as JSON Schema; patterns must compile'),
  'spec-too-many': warning('There are over 30 operations', 'GPT Actions take 30 at most'),
  unreachable: error('The operation does not answer', 'Check the server entry, the port and the path'),
  'status-undeclared': error(
    'The answer has a status that the spec does not describe',
    'Describe it, or a default response',
  ),
  'answer-type': error('The answer has another media type than the spec says', 'Send the media type that is described'),
  'answer-not-json': error('The answer says that it is JSON and is not', 'Send JSON, in UTF-8'),
  'answer-schema': error(
    'The answer does not fit its schema',
    'Make answer and schema agree: a model trusts the schema',
  ),
  'answer-too-long': error('The answer has over 100,000 characters', 'Page it: assistants cut or refuse it'),
  'answer-slow': warning('The answer took over 10 seconds', 'Some assistants give up after 5 to 10 seconds'),
  'answer-too-slow': error('The answer took over 45 seconds', 'Every assistant has given up by then'),
  'valid-refused': error('Input that fits the spec is refused', 'Take it, or narrow the schema to what is taken'),
  'server-error': error('A request ends in a 5xx', 'Answer bad input with a 4xx that says what is wrong'),
  'invalid-taken': error('Input that the spec forbids is taken', 'Check the input against the schema, and answer 400'),
  'refusal-undeclared': warning(
    'A refusal has a status or a body that the spec does not describe',
    'Describe the 4xx, or a default response',
  ),
  'auth-open': error('A protected operation answers without a token', 'Check the token before anything else'),
  'auth-any-token': error(
    'A protected operation takes a made-up token',
    'Compare the token with those that were given out',
  ),
  'auth-place': error('A token is taken in the query', 'Take tokens in the Authorization header only: URLs are logged'),
  'auth-status': warning(
    'A call without a valid token is not answered with 401',
    'Answer 401, so that the assistant asks the user to sign in',
  ),
  'auth-challenge': warning('A 401 has no WWW-Authenticate', 'Send WWW-Authenticate: Bearer, RFC 6750'),
  'auth-token-refused': error(
    'The token that was given is refused',
    'Give a valid token with --token, or let the plugin take it',
  ),
  'auth-document': error('A public document asks for a token', 'Serve manifest, spec, logo and legal page to everyone'),
  'auth-echo': error('An answer repeats the token', 'Never send a secret back'),
  'oauth-redirect': error(
    'The authorization server sends a stranger on',
    'Compare client and callback with what is registered, letter by letter, before any redirect',
  ),
  'oauth-any-code': error(
    'The token endpoint takes what was made up',
    'Give tokens for codes that were given out only',
  ),
  'oauth-refusal': warning(
    'The authorization server does not refuse as OAuth says',
    'Answer 400 or 401 with a JSON object that has a member error, RFC 6749 section 5.2',
  ),
  'oauth-metadata': warning(
    'The metadata of the protected resource are not complete',
    'Name resource and authorization_servers, RFC 9728',
  ),
  'oauth-flow': error(
    'A client cannot sign in',
    'Let the authorization request end at the callback of the client with a code, after sign-in and consent',
  ),
  'oauth-state': error('The state of the client is changed', 'Send state back as it came, letter by letter'),
  'oauth-issuer': warning('The answer of the authorization request does not name its issuer', 'Send iss, RFC 9207'),
  'oauth-token-answer': error(
    'The token endpoint answers otherwise than OAuth says',
    'Answer 200 with access_token, token_type bearer and expires_in, RFC 6749 section 5.1',
  ),
  'oauth-token-cache': warning('Tokens may be kept by caches', 'Send Cache-Control: no-store with tokens'),
  'oauth-pkce': error(
    'The proof of possession of a code is not asked for',
    'Refuse a code whose request had a code_challenge unless its code_verifier fits, RFC 7636',
  ),
  'oauth-secret': error('A client secret is not asked for', 'Refuse a confidential client without its secret'),
  'oauth-code-stolen': error(
    'A code or refresh token is good for others',
    'Bind each to its client and to its redirect_uri',
  ),
  'oauth-code-again': error('A code is good more than once', 'Take a code and delete it in one step'),
  'oauth-code-withdrawn': warning(
    'What was used twice keeps working',
    'Withdraw all tokens of a code or refresh token that comes a second time: one of the two senders has stolen it',
  ),
  'oauth-refresh-again': error(
    'A refresh token is good for ever',
    'Replace it at each use, and refuse the one that was replaced',
  ),
  'oauth-revocation': error('A revoked token is still good', 'Forget a revoked token, and answer 200'),
  'oauth-scope': error('More is given than was asked for', 'Give the scopes that were asked for, or fewer'),
  'held-up': error('Slow or broken senders hold others up', 'Give headers and bodies a time limit'),
  'scope-ignored': error('A read-only token changes data', 'Check the scope of each operation'),
  'user-leak': error("One user's data are shown to another", 'Look everything up together with its owner'),
  'created-not-found': error('What was created cannot be found', 'Show it where it can be read'),
  'deleted-still-there': error('What was deleted is still there', 'Take it out of every answer'),
  'safe-changes': error('A reading operation changes data', 'GET must change nothing: assistants repeat it'),
  'page-lost': error(
    'Pages lose or repeat items',
    'Give a stable order, and continue exactly where the last page ended',
  ),
  'page-endless': error('Paging does not end', 'Leave the mark of the next page out on the last one'),
  'malformed-taken': error('A body that is no JSON is taken', 'Answer 400'),
  'size-unlimited': warning('A body of 2 MiB is taken', 'Limit the size of a body, and answer 413'),
  'method-answered': warning('A method that is not described is answered with 2xx', 'Answer 405, with Allow'),
  leak: error('An answer shows the inside of the server', 'Log stack traces, paths and SQL, and send none of them'),
  'rate-limit': warning('A 429 says not when to come again', 'Send Retry-After'),
  'mcp-connect': error('An MCP client cannot use the server', 'Answer initialize, server/discover and tools/list'),
  'mcp-tool': error(
    'A tool is described so that some client refuses it',
    'Give it a name of letters and digits, a description, and an input schema that is one object without references',
  ),
  'mcp-hints': warning(
    'A tool does not say what it does to the world',
    'State readOnlyHint, destructiveHint, idempotentHint and openWorldHint: ChatGPT demands it',
  ),
  'mcp-output': error(
    'What a tool answers is not what it says',
    'Answer structuredContent that fits the outputSchema, and the same as text',
  ),
  'mcp-refusal': error(
    'A bad call is not refused in words',
    'Answer a result with isError and a text that says what to do next',
  ),
  'mcp-protocol': error('A message that is none is not refused', 'Answer 400 with the error -32700 or -32600'),
  'mcp-auth': error('MCP can be called without a valid token', 'Answer 401, as the operations do'),
  'mcp-challenge': warning(
    'A client does not learn where to sign in',
    'Send WWW-Authenticate, and at its resource_metadata the metadata of this very server (RFC 9728)',
  ),
  'mcp-origin': error(
    'Pages of other sites may call',
    'Refuse an Origin that is not known with 403: the protocol demands it against DNS rebinding',
  ),
} satisfies Record<string, Rule>

export type Code = keyof typeof rules
