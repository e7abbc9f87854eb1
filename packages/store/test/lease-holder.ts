import { leaseMigrations, openDatabase, withLease } from '../src/index.ts'

/** Takes the lease NAME for SECONDS and holds it until it is killed or SIGTERM comes: node lease-holder.ts URL NAME SECONDS */
const [url = '', name = '', seconds = '1'] = process.argv.slice(2)
const database = await openDatabase(url, leaseMigrations)
const stop = new Promise((resolve) => process.once('SIGTERM', resolve))
const stay = setInterval(() => {}, 1000)
const ran = await withLease(database, name, Number(seconds), async () => {
  console.log('holding')
  await stop
})
clearInterval(stay)
if (!ran) console.log('held elsewhere')
await database.close()
