export { character } from './characters.ts'
export { type ContractSettings, contractTests } from './contract-tests.ts'
export { doorTests, type ScriptedCall } from './door-tests.ts'
export { type Finding, Report } from './finding.ts'
export { type FuzzOptions, fuzz } from './fuzz.ts'
export { SignInFailed, type WalkOptions, walkToCallback } from './oauth/walk.ts'
export {
  freePort,
  type PluginProcess,
  spawnPlugin,
  startPlugin,
  temporaryDatabase,
} from './plugin-process.ts'
export { type Printed, runPrinted } from './printed.ts'
export { type Code, rules, type Severity } from './rules.ts'
export { type ContractOptions, checkPlugin } from './run.ts'
export { type WorkspacePlugin, workspacePlugins } from './workspace.ts'
