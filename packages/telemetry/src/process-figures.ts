import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Instruments } from './instruments.ts'
import { metrics } from './sent.ts'

/** The event loop and the memory of this process. */
export function observeProcess(instruments: Instruments): void {
  const delays = monitorEventLoopDelay()
  delays.enable()
  let last = performance.eventLoopUtilization()
  instruments.observe(metrics.eventLoopDelay, (tell) => {
    tell(delays.max / 1e9, {})
    delays.reset()
  })
  instruments.observe(metrics.eventLoopUtilization, (tell) => {
    const now = performance.eventLoopUtilization()
    tell(performance.eventLoopUtilization(now, last).utilization, {})
    last = now
  })
  instruments.observe(metrics.memory, (tell) => tell(process.memoryUsage.rss(), {}))
}
