import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  developmentFolder,
  developmentSecret,
  EnvironmentError,
  listOf,
  type Settings,
  VerificationTokens,
} from '@reference-plugins/core'
import { z } from 'zod'

const ServiceToken = z
  .string()
  .regex(
    /^(?=.{32})[\w.~+/-]+=*$/,
    'must be a token of at least 32 characters: letters, digits and -._~+/ (separate several with commas)',
  )

/** The variables about tokens. */
export const ServiceTokenSettings = z.object({
  FOOD_SERVICE_TOKENS: listOf(ServiceToken).optional(),
  FOOD_VERIFICATION_TOKENS: VerificationTokens.optional(),
})

/**
 * The tokens that an assistant may send. In development one is created and saved: see {@link developmentFolder}.
 * @throws EnvironmentError in production if none is set
 */
export function readServiceTokens({
  FOOD_SERVICE_TOKENS,
  NODE_ENV,
  DATABASE_URL,
}: Settings<typeof ServiceTokenSettings>): readonly string[] {
  if (FOOD_SERVICE_TOKENS) return FOOD_SERVICE_TOKENS
  // `plugin spec` answers no calls, so nobody needs to know the token.
  if (NODE_ENV === undefined) return [randomBytes(32).toString('base64url')]
  if (NODE_ENV !== 'development')
    throw new EnvironmentError(
      'FOOD_SERVICE_TOKENS is not set: create a token with `openssl rand -base64 32` and set it',
    )
  const path = join(developmentFolder(DATABASE_URL), 'service-token')
  const { secret, isNew } = developmentSecret(path)
  if (isNew) console.log(`A service token for development was created: ${secret}\nIt is saved in ${path}.`)
  return [secret]
}
