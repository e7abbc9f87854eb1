import type { Report } from '../../rules/finding.ts'
import type { Severity } from '../../rules/rules.ts'
import { asArray, asObject, type Schema, type Spec } from '../../spec/spec.ts'

/** What each type of scheme must say. */
const members: Record<string, string[]> = {
  apiKey: ['name', 'in'],
  http: ['scheme'],
  mutualTLS: [],
  oauth2: ['flows'],
  openIdConnect: ['openIdConnectUrl'],
  basic: [],
}

/** Judges the schemes of a spec, and whether what is required is among them. */
export function checkSecurity({ document, operations, follow }: Spec, report: Report): void {
  const isSwagger = document.swagger !== undefined
  const folder = isSwagger ? '/securityDefinitions' : '/components/securitySchemes'
  const given = isSwagger ? document.securityDefinitions : asObject(document.components).securitySchemes
  const schemes = new Map(Object.entries(asObject(given)).map(([name, one]) => [name, asObject(follow(one))]))
  const say = (pointer: string, detail: string, severity?: Severity) =>
    report.add('spec-security', 'spec', detail, { pointer, severity })
  for (const [name, scheme] of schemes) checkScheme(scheme, isSwagger, (detail) => say(`${folder}/${name}`, detail))
  const used = new Set<string>()
  const look = (ways: readonly unknown[], pointer: string) => {
    for (const [name, scopes] of ways.flatMap((way) => Object.entries(asObject(way)))) {
      used.add(name)
      const scheme = schemes.get(name)
      if (!scheme) {
        say(pointer, `it requires ${name}, which is not among the schemes`)
        continue
      }
      const known = scopesOf(scheme)
      const unknown = asArray(scopes).find((scope) => known && !known.has(String(scope)))
      if (unknown !== undefined)
        say(pointer, `it requires the scope ${unknown}, which ${name} does not have`, 'warning')
    }
  }
  look(asArray(document.security), '/security')
  for (const { node, pointer } of operations) look(asArray(node.security), `${pointer}/security`)
  for (const name of schemes.keys())
    if (!used.has(name)) say(`${folder}/${name}`, `no operation requires the scheme ${name}`, 'note')
}

function checkScheme(scheme: Schema, isSwagger: boolean, say: (detail: string) => void): void {
  const type = String(scheme.type)
  if (!Object.hasOwn(members, type)) return void say(`${JSON.stringify(scheme.type)} is not a type of scheme`)
  for (const name of isSwagger && type === 'oauth2' ? ['flow'] : (members[type] ?? []))
    if (scheme[name] === undefined || scheme[name] === '') say(`the scheme has no ${name}`)
  if (type === 'apiKey' && scheme.in !== undefined && !['header', 'query', 'cookie'].includes(String(scheme.in)))
    say(`a key cannot be in ${scheme.in}`)
  for (const [name, flow] of Object.entries(isSwagger ? {} : asObject(scheme.flows))) {
    const { authorizationUrl, tokenUrl } = asObject(flow)
    const isMissing =
      (/^(implicit|authorizationCode)$/.test(name) && typeof authorizationUrl !== 'string') ||
      (/^(password|clientCredentials|authorizationCode)$/.test(name) && typeof tokenUrl !== 'string')
    if (isMissing) say(`the flow ${name} has not all the URLs that it needs`)
  }
}

/** Undefined where the scheme does not name its scopes. */
function scopesOf({ type, flows, scopes }: Schema): Set<string> | undefined {
  if (type !== 'oauth2') return undefined
  const lists = [scopes, ...Object.values(asObject(flows)).map((flow) => asObject(flow).scopes)]
  return new Set(lists.flatMap((list) => Object.keys(asObject(list))))
}
