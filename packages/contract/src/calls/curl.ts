export interface CurlRequest {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body?: string | Buffer | undefined
}

/** The names of shell variables, by the secrets that they replace. */
export type Secrets = ReadonlyMap<string, string>

const longestWord = 4_000
const shortestRun = 500

/** A command for a POSIX shell that sends the same request again, with secrets as variables. */
export function writeCurl({ method, url, headers, body }: CurlRequest, secrets: Secrets = new Map()): string {
  const parts = ['curl', '-i']
  if (/[[\]{}]/.test(url)) parts.push('-g')
  if (/\/\.{1,2}(?:[/?#]|$)/.test(url)) parts.push('--path-as-is')
  if (method === 'HEAD') parts.push('-I')
  else if (method !== 'GET' || body !== undefined) parts.push('-X', method)
  parts.push(quote(url, secrets))
  for (const [name, value] of Object.entries(headers))
    parts.push('-H', quote(value === '' ? `${name};` : `${name}: ${value}`, secrets, true))
  if (body === undefined) return parts.join(' ')
  // Otherwise curl adds the media type of a form.
  if (!Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) parts.push('-H', `'content-type:'`)
  const bytes = Buffer.from(body)
  const text = bytes.toString()
  if (text.length < longestWord && isText(text, bytes)) return [...parts, '--data-raw', quote(text, secrets)].join(' ')
  return `${writeBytes(bytes, secrets)} | ${[...parts, '--data-binary', '@-'].join(' ')}`
}

/** One word of a shell: in single quotes, unless something in it must be expanded. */
function quote(text: string, secrets: Secrets, isHeader = false): string {
  const forms = new Map([...secrets].flatMap(([secret, name]) => (secret === '' ? [] : formsOf(secret, name))))
  const longestFirst = [...forms.keys()].sort((a, b) => b.length - a.length)
  // A short secret is replaced only as a whole word.
  const patterns = longestFirst.map((form) => (form.length < 6 ? `\\b${escapePattern(form)}\\b` : escapePattern(form)))
  const isExpanded = isHeader ? [...patterns, '[\\x80-\\xff]'] : patterns
  const parts = isExpanded.length === 0 ? [text] : text.split(new RegExp(`(${isExpanded.join('|')})`))
  if (parts.length === 1) return singleQuoted(text)
  const words = parts.map((part, index) => {
    if (index % 2 === 0) return part.replaceAll(/["\\$`]/g, '\\$&').replaceAll('!', `"'!'"`)
    return forms.get(part) ?? `$(printf '\\${part.charCodeAt(0).toString(8)}')`
  })
  return `"${words.join('')}"`
}

/** What the tester makes of a token, and how a shell makes it. */
const formsOf = (secret: string, name: string): [form: string, expansion: string][] => [
  [secret.toUpperCase(), `$(printf %s "$${name}" | tr a-z A-Z)`],
  [secret.toLowerCase(), `$(printf %s "$${name}" | tr A-Z a-z)`],
  ...(secret.length > 6 ? [[secret.slice(0, -1), `\${${name}%?}`] as [string, string]] : []),
  [encodeURIComponent(secret), `\${${name}}`],
  [secret, `\${${name}}`],
]

const escapePattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const singleQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Commands that print the bytes. A long run of one character is printed by its length. */
function writeBytes(body: Buffer, secrets: Secrets): string {
  const text = body.toString()
  if (!isText(text, body)) return `printf %s '${body.toString('base64')}' | base64 -d`
  const commands = text.split(new RegExp(`(([!-~])\\2{${shortestRun},})`)).flatMap((part, index) => {
    if (index % 3 === 0) return (part.match(/.{1,20000}/gsu) ?? []).map((words) => `printf %s ${quote(words, secrets)}`)
    return index % 3 === 1 ? [`head -c ${part.length} /dev/zero | tr '\\0' ${singleQuoted(part.charAt(0))}`] : []
  })
  return commands.length === 1 ? commands.join() : `{ ${commands.join('; ')}; }`
}

const isText = (text: string, bytes: Buffer): boolean => !text.includes('\0') && Buffer.from(text).equals(bytes)
