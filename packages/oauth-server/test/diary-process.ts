import { serveDiary } from './fixture.ts'

// One of several instances: `diary-process.ts DATABASE_URL PUBLIC_URL`. Prints its port.
const [databaseUrl, publicUrl] = process.argv.slice(2) as [string, string]
console.log((await serveDiary({ databaseUrl, publicUrl })).port)
