import { main } from './token-command.ts'

process.exitCode = await main(process.argv.slice(2))
