/** What a server has used so far. */
export interface Usage {
  /** In microseconds, of all its threads. */
  cpu: number
  /** In bytes. */
  memory: number
}

// Loaded into each measured server with --import, so that none of them has to know that it is measured.
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu: user + system, memory: process.memoryUsage.rss() } satisfies Usage)
})
// However the bench ends, its servers end with it.
process.on('disconnect', () => process.exit())
