/** How the API wants its secret. `variable` is where the operator sets the value, for messages. */
export type Credential = { variable: string; value: string | undefined } & (
  | { in: 'bearer' }
  /** The value is `user:password`. */
  | { in: 'basic' }
  | { in: 'header' | 'query' | 'cookie'; name: string }
)

/** Adds the secrets to a request. A secret without a value is not sent, and the API refuses the call. */
export function addCredentials(credentials: readonly Credential[], url: URL, headers: Headers): void {
  for (const credential of credentials) {
    const { value } = credential
    if (!value) continue
    if (credential.in === 'bearer') headers.set('authorization', `Bearer ${value}`)
    else if (credential.in === 'basic') headers.set('authorization', `Basic ${Buffer.from(value).toString('base64')}`)
    else if (credential.in === 'header') headers.set(credential.name, value)
    else if (credential.in === 'query') url.searchParams.set(credential.name, value)
    else headers.append('cookie', `${credential.name}=${encodeURIComponent(value)}`)
  }
}

/** The text without any secret, in the forms in which an API could repeat it. */
export function withoutSecrets(credentials: readonly Credential[], text: string): string {
  const forms = credentials.flatMap(({ value }) =>
    value ? [value, encodeURIComponent(value), Buffer.from(value).toString('base64'), ...passwordIn(value)] : [],
  )
  return forms.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), text)
}

/** The password of `user:password` too, unless it is so short that it is part of other words. */
const passwordIn = (value: string): string[] =>
  value
    .split(':')
    .slice(1)
    .filter((part) => part.length >= 8)
