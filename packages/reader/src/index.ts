export {
  anthropic,
  openai,
  type StrictFaults,
  type StrictSubset,
  strictFaults,
  toStrict,
} from './flat/function-schema.ts'
export { toInput } from './flat/input-schema.ts'
export { type ReadSpec, readSpec, readSpecNow, type SpecRead } from './flat/spec.ts'
export { toPluginDocument } from './flat/to-plugin-document.ts'
export { type DomainFault, domainFaults } from './hosts/domains.ts'
export { isPrivate, isUnder, registrableDomain, rootDomain } from './hosts/hosts.ts'
export { type ManifestRead, type ReadManifest, readManifest } from './manifest/manifest.ts'
export { type McpServerInfo, type McpTool, toMcpDocument } from './mcp/mcp-document.ts'
export * from './plugin-document.ts'
export { type CheckedArguments, checkArguments } from './request/arguments.ts'
export { type OperationRequest, RequestRefused, toRequest } from './request/request.ts'
export { documentKind } from './text/document-kind.ts'
export { DocumentRefused } from './text/document-refused.ts'
export { isObject, listOfAny, memberOf, objectOf, pairsOf, type Schema } from './text/members.ts'
export { fitIdentifier, fitName, shortHash, UniqueNames } from './text/names.ts'
export { cut, plainLine, plainText } from './text/plain-text.ts'
export type { Repair } from './text/repairs.ts'
