export { besideDatabase } from './development.ts'
export { freePort, type PluginProcess, spawnPlugin, startPlugin } from './plugin-process.ts'
export { startFailureTest } from './start-failure-test.ts'
export { workspacePlugins } from './workspace.ts'
