export type { AskedCall } from './asked-call.ts'
export { faultTests } from './fault-tests.ts'
export {
  type Killed,
  type KilledRequest,
  type KilledStep,
  killTests,
  type PluginClient,
  runKills,
} from './kill-tests.ts'
export { runPoints } from './run-points.ts'
export { runSchedules } from './run-schedules.ts'
export type { Scene, Step, Subject } from './subject.ts'
export type { Watch } from './watch.ts'
