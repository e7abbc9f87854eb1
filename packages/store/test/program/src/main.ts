import { openDatabase } from '../../../src/index.ts'
import { programMigrations } from '../migrations.ts'

/** A program with a database, as tests start it. It runs until it is stopped. */
const database = await openDatabase(process.env.DATABASE_URL ?? '', programMigrations)
setInterval(() => database.ready(), 1000)
