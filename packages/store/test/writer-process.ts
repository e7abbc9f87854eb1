import { openDatabase } from '../src/index.ts'

/** Writes `count` rows and holds the write lock for `hold` milliseconds before that: node writer-process.ts URL NAME COUNT HOLD */
const [url = '', name = '', count = '0', hold = '0'] = process.argv.slice(2)
const database = await openDatabase(url, { entry: 'CREATE TABLE entry (name TEXT, number INTEGER)' })
if (hold !== '0')
  await database.transaction(async (transaction) => {
    await transaction.run`INSERT INTO entry (name, number) VALUES (${'holder'}, ${0})`
    console.log('holding')
    await new Promise((resolve) => setTimeout(resolve, Number(hold)))
  })
for (let number = 0; number < Number(count); number++)
  await database.run`INSERT INTO entry (name, number) VALUES (${name}, ${number})`
await database.close()
