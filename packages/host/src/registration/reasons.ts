import { errorCode, isLoopback } from '@reference-plugins/guarded-fetch'
import { Refusal } from './steps.ts'

const certificates: Record<string, string> = {
  CERT_HAS_EXPIRED: 'Its certificate has expired: renew it',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'Its certificate is self-signed, and assistants reject those: use one of a public authority, such as Let’s Encrypt',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate comes from an unknown authority: use one of a public authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'It does not send the intermediate certificate: serve the full chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'It does not send the intermediate certificate: serve the full chain',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name: get one for this name',
}

/** Why an address does not answer, and what a beginner can do about it. */
export function whyUnreachable(error: Error, url: string): Refusal {
  const { host, hostname, port, protocol } = new URL(url)
  const isLocal = isLoopback(hostname)
  const refusal = (message: string, advice: string) => new Refusal(message, advice, error)
  switch (errorCode(error)) {
    case 'ECONNREFUSED':
      return refusal(
        `Nothing listens at ${host}`,
        isLocal
          ? `Start the plugin, and check the port that it prints: it may not be ${port || '80'}`
          : 'Start the server, and open its port to the internet',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return refusal(
        `The name ${hostname} was not found`,
        'Check the spelling, and whether the DNS entry exists yet: dig or nslookup shows it',
      )
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return refusal(
        `${host} does not speak TLS`,
        isLocal ? `Use http: http://${host}` : 'Serve it over https on port 443, because assistants require https',
      )
    case 'ECONNRESET':
    case 'EPIPE':
      return refusal(
        `${host} closed the connection without an answer`,
        protocol === 'http:'
          ? 'It may serve https: type https:// before the address. Otherwise check the log of the server'
          : 'Check the log of the server',
      )
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return refusal(`${host} cannot be reached`, 'Check the firewall, and the address of the server')
    default:
      return whyRefused(error, new URL(url))
  }
}

/** For errors that have no code of the system. */
function whyRefused(error: Error, { host, hostname, port }: URL): Refusal {
  const refusal = (message: string, advice: string) => new Refusal(message, advice, error)
  const certificate = certificates[errorCode(error) ?? '']
  if (certificate !== undefined) return refusal(`${host} is not trusted`, certificate)
  if (/not on the public internet/.test(error.message))
    return refusal(
      `${hostname} is in a private network`,
      isLoopback(hostname)
        ? 'Plugins on this machine can be registered in development only: start the host with NODE_ENV=development'
        : 'Register the public address of the plugin, or run the host where the plugin runs and use localhost',
    )
  if (/HTTP\/1\.1 protocol/.test(error.message))
    return refusal(`${host} does not speak HTTP`, 'Check the port: another program listens there')
  if (/^(Z_|ERR_BROTLI|ERR__ERROR_|ERR_PADDING|ZSTD)/.test(errorCode(error) ?? ''))
    return refusal(
      `The answer of ${host} cannot be unpacked`,
      'Its Content-Encoding is not that of its body: check the server and the proxy before it',
    )
  if (/bad port/.test(error.message))
    return refusal(
      `Browsers and assistants do not call port ${port}`,
      'Let the plugin listen on another port, such as 3333',
    )
  if (/in time/.test(error.message))
    return refusal(
      `${host} did not answer within 15 seconds`,
      'ChatGPT waited that long too. Call the URL with curl to see what takes so long',
    )
  if (/redirects/.test(error.message))
    return refusal(`${host} redirects elsewhere`, 'Serve the document at this address, or type the redirect’s target')
  if (/longer than/.test(error.message))
    return refusal('The document is over 5 MB', 'Remove what an assistant does not need')
  return refusal(`${host} could not be read: ${error.message}`, 'Call the URL with curl -v to see the answer')
}

/** A spec is named by a manifest, or its URL was typed. */
export type DocumentName = 'manifest' | 'spec' | 'typed spec'

/** Why a status other than 200 is not a document. */
export function whyStatus(status: number, url: string, name: DocumentName): Refusal {
  const { pathname, origin } = new URL(url)
  const what = name === 'manifest' ? 'manifest' : 'spec'
  if (status === 404 || status === 410)
    return new Refusal(
      `There is no ${what} at ${url}`,
      {
        manifest: `Serve it at ${origin}/.well-known/ai-plugin.json, with the dot and the folder. Or type the URL of your spec or MCP server`,
        spec: 'Check api.url in the manifest: it must be the URL of the spec',
        'typed spec': `Check the URL: it must lead to the spec itself, which is often at ${origin}/openapi.json`,
      }[name],
    )
  if (status === 401 || status === 403)
    return new Refusal(
      `${pathname} asks for a token (${status})`,
      `The ${what} is read before anybody has signed in: serve it without a token`,
    )
  if (status >= 300 && status < 400) return new Refusal(`${pathname} redirects (${status})`, 'Serve it at this address')
  if (status === 429) return new Refusal(`${pathname} answers 429: too many requests`, 'Wait a minute, then try again')
  if (status >= 500) return new Refusal(`${pathname} answers ${status}`, 'The server failed: check its log')
  return new Refusal(`${pathname} answers ${status}`, `Serve the ${what} with status 200`)
}
