import cluster from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { announce, Workers } from '../src/workers.ts'

// Two workers, which end soon after their start: node dying-workers.ts CODE
if (cluster.isPrimary) {
  const workers = new Workers({ count: 2, longestStop: 5_000, firstPause: 1, mostFailures: 4, warn: console.log })
  console.log(await workers.start())
  await workers.gaveUp.catch((error: Error) => console.log(error.message))
  await workers.stop()
} else {
  announce('ready')
  await sleep(20)
  process.exit(Number(process.argv[2]))
}
