import { execFileSync } from 'node:child_process'
import dns from 'node:dns'
import { readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** A domain that nobody has to own: this process alone knows where it is, and trusts its certificate. */
export const domain = 'plugins.example.com'

export interface Certificate {
  certificate: string
  key: string
}

/**
 * Makes an authority and a certificate for the domain, and lets this process trust the authority.
 * @param address where whatever this process connects to finds the domain
 */
export function makeDomain(folder: string, address: string): Certificate {
  const at = (name: string) => join(folder, name)
  const openssl = (words: string) => execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'pipe' })
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
  openssl(`req -x509 ${newKey} -keyout authority.key -out authority.pem -days 2 -subj /CN=made-up`)
  openssl(`req ${newKey} -keyout site.key -out site.csr -subj /CN=${domain}`)
  writeFileSync(at('names'), `subjectAltName=DNS:${domain}`)
  openssl('x509 -req -in site.csr -CA authority.pem -CAkey authority.key -days 2 -out site.pem -extfile names')
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(at('authority.pem'), 'utf8')])
  resolveDomain(address)
  return { certificate: at('site.pem'), key: at('site.key') }
}

type Callback = (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void

function resolveDomain(address: string): void {
  const { lookup } = dns
  const { lookup: lookupSoon } = dns.promises
  dns.lookup = ((name: string, given: dns.LookupOptions | Callback, callback?: Callback) => {
    if (name !== domain) return lookup(name, given as dns.LookupOptions, callback as never)
    const [options, done] =
      typeof given === 'function' ? [{} as dns.LookupOptions, given] : [given, callback as Callback]
    process.nextTick(() => (options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)))
  }) as typeof dns.lookup
  dns.promises.lookup = (async (name: string, options: dns.LookupOptions = {}) => {
    if (name !== domain) return lookupSoon(name, options)
    return options.all ? [{ address, family: 4 }] : { address, family: 4 }
  }) as typeof dns.promises.lookup
  syncBuiltinESMExports()
}
