import { isLoopback } from '@reference-plugins/guarded-fetch'
import type { NoDocument } from './trace.ts'

export interface Reason {
  message: string
  advice: string
}

const certificates: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is self-signed, and assistants take none such: use one of a public authority, such as Let’s Encrypt',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that nobody knows: use one of a public authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it leaves out the intermediate certificate: serve the full chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it leaves out the intermediate certificate: serve the full chain',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: get one for this name',
}

/** Why an address does not answer, and what a beginner does about it. */
export function whyUnreachable(error: NoDocument, url: string): Reason {
  const { host, hostname, port, protocol } = new URL(url)
  const isLocal = isLoopback(hostname)
  switch (error.code) {
    case 'ECONNREFUSED':
      return {
        message: `Nothing listens at ${host}`,
        advice: isLocal
          ? `Start the plugin, and look at the port that it says when it starts: it may be another one than ${port || '80'}`
          : 'Start the server, and open its port to the internet',
      }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        message: `The name ${hostname} leads nowhere`,
        advice: 'Look at the spelling, and whether the DNS entry is there yet: dig or nslookup shows it',
      }
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return {
        message: `${host} does not speak TLS`,
        advice: isLocal
          ? `Type it with http://: http://${host}`
          : 'Serve it over https on port 443, as assistants ask for',
      }
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        message: `${host} closed the connection without an answer`,
        advice:
          protocol === 'http:'
            ? 'It may speak https there: type it with https://. Otherwise look into the log of the server'
            : 'Look into the log of the server',
      }
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        message: `${host} cannot be reached`,
        advice: 'Look at the firewall, and whether the server has that address',
      }
    default:
  }
  const certificate = certificates[error.code ?? '']
  if (certificate !== undefined) return { message: `${host} is not trusted`, advice: capital(certificate) }
  if (/not on the public internet/.test(error.message))
    return {
      message: `${hostname} leads into a private network`,
      advice: isLocal
        ? 'Plugins on this machine can be registered in development only: start the host with NODE_ENV=development'
        : 'Register the public address of the plugin, or run the host where the plugin runs and use localhost',
    }
  if (/bad port/.test(error.message))
    return {
      message: `Port ${port} is one that no browser and no assistant calls`,
      advice: 'Let the plugin listen on another one, such as 3333',
    }
  if (/in time/.test(error.message))
    return {
      message: `${host} did not answer within 15 seconds`,
      advice: 'ChatGPT waited that long too. Call the URL with curl, and see what holds the server up',
    }
  if (/redirects/.test(error.message))
    return {
      message: `${host} redirects elsewhere`,
      advice: 'Serve the document at this very address, or type the address that it redirects to',
    }
  if (/longer than/.test(error.message))
    return { message: 'The document is over 5 MB', advice: 'Leave out what an assistant does not need' }
  return {
    message: `${host} cannot be read: ${error.message}`,
    advice: 'Call the URL with curl -v and see what it says',
  }
}

/** Why a status is not the one that a document has. */
export function whyStatus(status: number, url: string, what: 'manifest' | 'spec'): Reason {
  const { pathname, origin } = new URL(url)
  if (status === 404)
    return {
      message: `There is no ${what} at ${url}`,
      advice:
        what === 'manifest'
          ? `Serve it at ${origin}/.well-known/ai-plugin.json: the dot and the folder belong to it. Or type the URL of your spec`
          : 'Look at api.url in the manifest: it must be the URL at which the spec is served',
    }
  if (status === 401 || status === 403)
    return {
      message: `${pathname} asks for a token (${status})`,
      advice: `The ${what} is read before anybody has signed in: serve it to everyone`,
    }
  if (status >= 300 && status < 400)
    return { message: `${pathname} redirects (${status})`, advice: 'Serve it at this very address' }
  if (status >= 500) return { message: `${pathname} answers ${status}`, advice: 'The server failed: look into its log' }
  return { message: `${pathname} answers ${status}`, advice: `Serve the ${what} with status 200` }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
