import { isLoopback } from '@reference-plugins/guarded-fetch'

const longestCallback = 2_000

// Schemes that run in a browser, read what is on the machine, or start a program of the operating system.
const dangerousSchemes = new Set(
  [
    'javascript data vbscript livescript mocha blob file filesystem about view-source jar feed resource res cid mid',
    'chrome edge opera brave chrome-untrusted moz-extension intent content android-app mhtml mk hcp its ms-its',
    'ws wss ftp ftps sftp gopher ldap ldaps smb nfs dav webdav ssh telnet vnc rdp urn news nntp irc',
    'mailto tel sms facetime search-ms ms-msdt shell',
  ].flatMap((line) => line.split(' ')),
)

const own = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?((?:[/?].*)?)$/

/**
 * What is wrong with a callback that an unknown app names (RFC 7591, section 5; RFC 8252, section 7), or undefined. Allowed
 * are https, http on the user's own machine, and the private scheme of an installed app, such as `cursor://…`.
 */
export function callbackFault(uri: string): string | undefined {
  if (uri.length > longestCallback) return `must have at most ${longestCallback} characters`
  if (!/^[\x21-\x7E]+$/.test(uri) || /["<>\\^`{|}]/.test(uri)) return 'must be a URL without blanks, encoded as ASCII'
  if (uri.includes('#')) return 'must be without a fragment'
  const [, scheme = '', authority = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?]*))?/.exec(uri) ?? []
  const name = scheme.toLowerCase()
  const url = URL.parse(uri)
  if (!url || name === '' || authority.includes('@') || authority.includes('*'))
    return 'must be a URL without a user and wildcards'
  if (name === 'https') {
    const isHost = /^[^:[\]]|^\[/.test(authority) && url.hostname !== ''
    return isHost && !isOwnMachine(url.hostname) ? undefined : 'must name a host; on the user’s own machine use http'
  }
  if (name === 'http') return own.test(uri) ? undefined : 'must be https, or http on the user’s own machine'
  if (dangerousSchemes.has(name)) return `must not use the scheme ${name}`
  return /^[^:]+:\/\/?[^/?]/.test(uri) ? undefined : 'must be https, http on the user’s own machine, or app://path'
}

const isOwnMachine = (hostname: string): boolean => isLoopback(hostname) || /^(0\.0\.0\.0|\[::\])$/.test(hostname)

/**
 * Whether an app that has registered a callback may use another one: only the port of a loopback address may differ (RFC
 * 8252, section 7.3). `localhost` is a name, so its port counts, unless it was registered without one.
 */
export function isSameCallback(registered: string, asked: string): boolean {
  if (registered === asked) return true
  const [one, other] = [own.exec(registered), own.exec(asked)]
  if (!one || !other || one[1] !== other[1] || one[3] !== other[3] || !URL.canParse(asked)) return false
  return one[1] !== 'localhost' || one[2] === undefined
}

/** OpenID calls a program on the user's machine native: its user is always asked, because others can use its callback. */
export const isWeb = (uri: string): boolean => /^https:/i.test(uri) && !isOwnMachine(new URL(uri).hostname)

/** Where the answer goes, in words that the user can check. */
export function nameOfReceiver(uri: string): string {
  const { protocol, host } = new URL(uri)
  return /^https?:$/.test(protocol) ? host : `the app on your device that opens ${protocol}//${host}`
}
