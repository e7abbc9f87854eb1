import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openDatabase } from '@reference-plugins/store'
import { newsMigrations } from './plugin.ts'
import { UserTokens } from './user-tokens.ts'

const usage = `Usage:
  pnpm --filter news tokens add USER [--days N]   creates a token for USER and shows it once
  pnpm --filter news tokens list                 lists all tokens, without their secrets
  pnpm --filter news tokens revoke ID            revokes a token`

/** Runs the command on the database of DATABASE_URL and returns its exit code. */
export async function main(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { days: { type: 'string', default: '0' } },
  })
  const [command = '', argument = '', ...rest] = positionals
  const days = Number(values.days)
  if (!forms.get(command)?.test(argument) || rest.length > 0 || !Number.isInteger(days) || days < 0 || days > 36_500) {
    console.error(usage)
    return 1
  }
  const folder = fileURLToPath(new URL('../.data/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const database = await openDatabase(process.env.DATABASE_URL ?? `file:${folder}news.sqlite`, newsMigrations)
  try {
    return await runCommand(new UserTokens(database), command, argument, days)
  } finally {
    await database.close()
  }
}

/** The argument of each command. */
const forms = new Map([
  ['add', /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,63}$/u],
  ['list', /^$/],
  ['revoke', /./],
])

async function runCommand(tokens: UserTokens, command: string, argument: string, days: number): Promise<number> {
  if (command === 'add')
    console.log(await tokens.add(argument, days > 0 ? new Date(Date.now() + days * 86_400_000).toISOString() : null))
  if (command === 'list')
    for (const { id, user_id, created_at, expires_at, revoked_at } of await tokens.list()) {
      const state = revoked_at ? `revoked ${revoked_at}` : expires_at ? `valid until ${expires_at}` : 'valid'
      console.log(`${id}  ${user_id}  created ${created_at}  ${state}`)
    }
  if (command !== 'revoke') return 0
  const isRevoked = await tokens.revoke(argument)
  console.log(isRevoked ? `${argument} is revoked` : `No valid token has the id ${argument}: find it with tokens list`)
  return isRevoked ? 0 : 1
}
