export { type FuzzOptions, fuzz } from './fuzz.ts'
export {
  freePort,
  type PluginProcess,
  spawnPlugin,
  startPlugin,
  temporaryDatabase,
} from './plugin-process.ts'
