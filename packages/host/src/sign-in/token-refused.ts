import * as oauth from 'oauth4webapi'

/** The authorization server gave no token. The message is for the user. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
  /** Whether only a new sign-in helps. */
  readonly isFinal: boolean

  constructor(message: string, isFinal: boolean, cause?: unknown) {
    super(message, { cause })
    this.isFinal = isFinal
  }
}

/** What oauth4webapi throws, as a message for the user. */
export function toRefusal(error: unknown): TokenRefused {
  if (error instanceof TokenRefused) return error
  if (error instanceof oauth.AuthorizationResponseError) {
    const reason = error.error === 'access_denied' ? 'access was denied' : describe(error)
    return new TokenRefused(`The sign-in failed: ${reason}`, true, error)
  }
  if (error instanceof oauth.ResponseBodyError) {
    const advice = error.error === 'invalid_client' ? '. Check the client ID and the secret of the plugin' : ''
    const isFinal = ['invalid_grant', 'invalid_client', 'unauthorized_client'].includes(error.error)
    return new TokenRefused(`The authorization server answered ${describe(error)}${advice}`, isFinal, error)
  }
  if (error instanceof oauth.OperationProcessingError)
    return new TokenRefused(`The answer of the authorization server cannot be trusted: ${error.message}`, false, error)
  return new TokenRefused(`The authorization server did not answer: ${(error as Error).message}`, false, error)
}

const describe = ({ error, error_description }: { error: string; error_description?: string | undefined }): string =>
  `${error}${error_description ? ` (${error_description.slice(0, 200)})` : ''}`
