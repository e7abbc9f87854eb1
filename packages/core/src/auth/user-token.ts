import type { Auth, Caller } from './auth.ts'
import { withoutScopes } from './challenge.ts'
import { digest, invalidToken, readCredential, type Scheme } from './credential.ts'

export interface UserTokenOptions {
  /** Finds the user by the SHA-256 of the token, in hexadecimal; undefined if the token is unknown or revoked. */
  find: (digest: string) => Promise<Caller | undefined>
  authorizationType?: Scheme
}

/** Each user pastes a personal token into the assistant (`user_http`). */
export function userToken({ find, authorizationType = 'bearer' }: UserTokenOptions): Auth<'user', never> {
  return {
    audience: 'user',
    ...withoutScopes,
    manifest: () => ({ type: 'user_http', authorization_type: authorizationType }),
    securityScheme: { type: 'http', scheme: authorizationType, description: 'The personal token of the user' },
    async authenticate(authorization) {
      const caller = await find(digest(readCredential(authorizationType, authorization)).toString('hex'))
      if (!caller) throw invalidToken(authorizationType, 'The token is not valid or was revoked: paste a valid one')
      return caller
    },
  }
}
