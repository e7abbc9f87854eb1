/** What templates leave behind in a URL; each was found in published documents. */
const marks = [
  /\$?\{\{?[^}]*\}?\}/,
  /<[^>]*>/,
  /%[A-Z_]{3,}%/,
  /\$[A-Z_]{3,}/,
  /\b(?:PLUGIN|YOUR|MY|API|APP|SERVER|BASE|PUBLIC)_[A-Z_]*(?:HOST(?:NAME)?|DOMAIN|URL|ORIGIN|HERE)\b/,
]

/** Hosts of examples. */
const hosts =
  /^(?:[\w-]+\.)*(?:your[-_][\w-]+\.[\w.-]+|your(?:app|api|domain|site|server|plugin|company|name|url)\.\w+|my-?(?:app|domain|site|server|host|website)\.(?:com|org|net)|example\.(?:com|org|net))$/i

/** The part of a URL that was never filled in. `known` is a host that is real. */
export function placeholderIn(address: string, known: string): string | undefined {
  const mark = marks.map((one) => one.exec(address)?.[0]).find((one) => one !== undefined)
  if (mark !== undefined) return mark
  const host = /^(?:https?:)?\/\/([^/?#:]+)/i.exec(address)?.[1]
  if (host === undefined || host.toLowerCase() === known) return undefined
  return hosts.test(host) || /你的|您的/.test(host) ? host : undefined
}
