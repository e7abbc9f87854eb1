import { createHash } from 'node:crypto'
import { userToken } from '../src/index.ts'

/** Users by their tokens. */
export function knownUsers(tokens: Record<string, string>) {
  const users = new Map(
    Object.entries(tokens).map(([token, id]) => [createHash('sha256').update(token).digest('hex'), { id }]),
  )
  return userToken({ find: async (digest) => users.get(digest) })
}
