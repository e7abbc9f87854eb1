import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openDatabase } from '@reference-plugins/store'
import { newsMigrations } from './plugin.ts'
import { UserTokens } from './user-tokens.ts'

const usage = `Usage:
  pnpm --filter news tokens add USER [--days N]   creates a token for USER and shows it once
  pnpm --filter news tokens list                  lists all tokens, without their secrets
  pnpm --filter news tokens revoke ID             revokes a token`

const { values, positionals } = parseArgs({ allowPositionals: true, options: { days: { type: 'string' } } })
const [command, argument, ...rest] = positionals
const days = Number(values.days ?? 0)
if (!isUsage(command, argument) || rest.length > 0 || !Number.isInteger(days) || days < 0 || days > 36_500) {
  console.error(usage)
  process.exit(1)
}
const folder = fileURLToPath(new URL('../.data/', import.meta.url))
mkdirSync(folder, { recursive: true })
const database = await openDatabase(process.env.DATABASE_URL ?? `file:${folder}news.sqlite`, newsMigrations)
const tokens = new UserTokens(database)
if (command === 'add' && argument !== undefined) {
  console.log(await tokens.add(argument, days > 0 ? new Date(Date.now() + days * 86_400_000).toISOString() : null))
} else if (command === 'revoke' && argument !== undefined) {
  const isRevoked = await tokens.revoke(argument)
  console.log(isRevoked ? `${argument} is revoked` : `No valid token has the id ${argument}: find it with tokens list`)
  process.exitCode = isRevoked ? 0 : 1
} else {
  for (const { id, user, created_at, expires_at, revoked_at } of await tokens.list()) {
    const state = revoked_at ? `revoked ${revoked_at}` : expires_at ? `valid until ${expires_at}` : 'valid'
    console.log(`${id}  ${user}  created ${created_at}  ${state}`)
  }
}
await database.close()

function isUsage(command: string | undefined, argument: string | undefined): boolean {
  if (command === 'list') return argument === undefined
  if (command === 'add') return argument !== undefined && /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,63}$/u.test(argument)
  return command === 'revoke' && argument !== undefined
}
