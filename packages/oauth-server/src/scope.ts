/** Everything that is no character of a scope (RFC 6749, 3.3) separates, and so do commas, which some clients send. */
const separator = /[^\x21\x23-\x2B\x2D-\x5B\x5D-\x7E]+/

/**
 * The scopes that a client asks for and that exist here, in the form that RFC 6749 names. Those of other servers (openid,
 * offline_access, claudeai) are passed over, as section 3.3 allows. Who asks for none that exists means all of them: the
 * user sees which.
 */
export function knownScope(asked: string, known: readonly string[]): string {
  const found = known.filter((scope) => asked.split(separator).includes(scope))
  return (found.length > 0 ? found : known).join(' ')
}

// What a client of OpenID Connect repeats when it refreshes.
const ofOpenId = ['openid', 'email', 'profile', 'address', 'phone', 'offline_access']

/** The scopes of a refresh. Undefined means those that were granted; a scope that was not granted is for oidc-provider to refuse. */
export function refreshScope(asked: string, known: readonly string[]): string | undefined {
  const names = asked.split(separator).filter((name) => name !== '' && !ofOpenId.includes(name))
  return names.some((name) => known.includes(name)) ? names.join(' ') : undefined
}
