export { mergeAllOf } from './flat/merged-schema.ts'
export { readTypes, type TypeName } from './flat/schema-types.ts'
export { isPublic, missingSignIn, schemesOf, signInOf } from './flat/sign-in-needs.ts'
export { readSpec, readSpecNow, type SpecRead } from './flat/spec.ts'
export { anthropic, openai, type StrictSubset, strictFaults } from './flat/strict-subset.ts'
export { toPluginDocument } from './flat/to-plugin-document.ts'
export { domainFaults } from './hosts/domains.ts'
export { type ManifestRead, readManifest } from './manifest/manifest.ts'
export { type McpTool, toMcpDocument } from './mcp/mcp-document.ts'
export { formParts } from './openapi/form-parts.ts'
export {
  bareType,
  type Content,
  chooseContent,
  contentFor,
  hasNamedMembers,
  isJsonType,
} from './openapi/media-types.ts'
export { needsCredentials, type OpenApi, type Operation, readOpenApi } from './openapi/openapi.ts'
export { type Parameter, wireForm } from './openapi/parameters.ts'
export type { ResponseHeader } from './openapi/responses.ts'
export { serverAddresses, serversOfSpec } from './openapi/servers.ts'
export { type Direction, type SchemaSource, sourceOf, type WholeSchemas } from './openapi/whole-schemas.ts'
export * from './plugin-document.ts'
export { checkArguments } from './request/arguments.ts'
export { type OperationRequest, toRequest, writeRequest } from './request/request.ts'
export { RequestRefused } from './request/request-refused.ts'
export { DocumentRefused } from './text/document-refused.ts'
export {
  acceptsAnything,
  formsOf,
  isObject,
  isOfType,
  isTrue,
  listOfAny,
  memberOf,
  objectOf,
  pairsOf,
  step,
  without,
  wordOf,
} from './text/members.ts'
export { fitIdentifier, fitName, shortHash, UniqueNames } from './text/names.ts'
export { cut, plainLine, plainText } from './text/plain-text.ts'
export { Repairs } from './text/repairs.ts'
export { readSpecText } from './text/spec-text.ts'
export { documentKind } from './text/text-kind.ts'
