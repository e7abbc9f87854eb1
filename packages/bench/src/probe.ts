/** What a server has used since its start. */
export interface Usage {
  /** CPU time of all its threads, in microseconds. */
  cpu: number
  /** In bytes. */
  memory: number
}

// Loaded into each measured server with --import, so that the servers need no code for the bench.
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu: user + system, memory: process.memoryUsage.rss() } satisfies Usage)
})
// The servers end with the bench, however it ends.
process.on('disconnect', () => process.exit())
