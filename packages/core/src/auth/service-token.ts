import type { Auth } from './auth.ts'
import { withoutScopes } from './challenge.ts'
import { digest, invalidToken, placeOf, readCredential, type Scheme } from './credential.ts'

export interface ServiceTokenOptions {
  /**
   * The valid tokens; more than one while a token is being replaced, or where several assistants call, each of a plan of its
   * own. Each has at least 32 characters.
   */
  tokens: readonly (string | { token: string; plan: string })[]
  /** What each assistant showed when the token was entered, by its name: `{ openai: '…' }`. */
  verificationTokens?: Readonly<Record<string, string>>
  authorizationType?: Scheme
}

/** The assistant holds one token for all its users (`service_http`). */
export function serviceToken(options: ServiceTokenOptions): Auth<'service', never> {
  const { tokens, verificationTokens = {}, authorizationType = 'bearer' } = options
  if (tokens.length === 0) throw new Error('serviceToken() needs at least one token')
  const services = tokens.map((one) => (typeof one === 'string' ? { token: one, plan: undefined } : one))
  if (services.some(({ token }) => token.length < 32)) throw new Error('a service token needs at least 32 characters')
  const digests = services.map(({ token }) => digest(token))
  return {
    audience: 'service',
    ...withoutScopes,
    manifest: () => ({
      type: 'service_http',
      authorization_type: authorizationType,
      verification_tokens: { ...verificationTokens },
    }),
    securityScheme: {
      type: 'http',
      scheme: authorizationType,
      description: 'The service token that the developer gave to the assistant',
    },
    async authenticate(authorization) {
      const found = placeOf(readCredential(authorizationType, authorization), digests)
      if (found === undefined)
        throw invalidToken(
          authorizationType,
          'The service token is not valid: enter the one from the operator of this service',
        )
      // Each token is a service of its own. Its digest names it without revealing it.
      return { id: `service ${digests[found]?.toString('hex', 0, 8)}`, plan: services[found]?.plan }
    },
  }
}
