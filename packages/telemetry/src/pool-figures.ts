import { channel } from 'node:diagnostics_channel'
import type { PoolFigures } from './events.ts'
import type { Instruments } from './instruments.ts'
import { metrics } from './sent.ts'

const pools = channel('reference-plugins:pool')
const pool = { 'db.client.connection.pool.name': 'store' }

/** The connections to databases that have a pool: each adds its figures to those that are published. */
export function observePools(instruments: Instruments): void {
  const ask = (): PoolFigures => {
    const figures = { used: 0, idle: 0, waiting: 0 }
    pools.publish(figures)
    return figures
  }
  instruments.observe(metrics.connections, (tell) => {
    if (!pools.hasSubscribers) return
    const { used, idle } = ask()
    tell(used, { ...pool, 'db.client.connection.state': 'used' })
    tell(idle, { ...pool, 'db.client.connection.state': 'idle' })
  })
  instruments.observe(metrics.waitingForConnection, (tell) => {
    if (pools.hasSubscribers) tell(ask().waiting, pool)
  })
}
