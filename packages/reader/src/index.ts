export { anthropic, openai, type StrictSubset, strictFaults } from './flat/function-schema.ts'
export { type ReadSpec, readSpec, readSpecNow, type SpecRead } from './flat/spec.ts'
export { toPluginDocument } from './flat/to-plugin-document.ts'
export { type DomainFault, domainFaults } from './hosts/domains.ts'
export { type ManifestRead, type ReadManifest, readManifest } from './manifest/manifest.ts'
export { type McpServerInfo, type McpTool, toMcpDocument } from './mcp/mcp-document.ts'
export type { Body } from './openapi/bodies.ts'
export { type Content, chooseContent, contentFor, hasNamedMembers, isJsonType } from './openapi/media-types.ts'
export { needsCredentials, type OpenApi, type Operation, readOpenApi } from './openapi/openapi.ts'
export { type Parameter, wireForm } from './openapi/parameters.ts'
export type { Response } from './openapi/responses.ts'
export { basePathOf } from './openapi/servers.ts'
export * from './plugin-document.ts'
export { type CheckedArguments, checkArguments } from './request/arguments.ts'
export {
  type OperationRequest,
  RequestRefused,
  toRequest,
  type WrittenRequest,
  writeRequest,
} from './request/request.ts'
export { documentKind } from './text/document-kind.ts'
export { DocumentRefused } from './text/document-refused.ts'
export { formsOf, isObject, isOfType, listOfAny, objectOf, pairsOf, type Schema, without } from './text/members.ts'
export { fitIdentifier, shortHash, UniqueNames } from './text/names.ts'
export { cut, plainLine, plainText } from './text/plain-text.ts'
export { type Repair, Repairs } from './text/repairs.ts'
export { readSpecText } from './text/spec-text.ts'
