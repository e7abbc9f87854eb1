// Makes a request from what a form contains. Nothing here touches the page.

/**
 * @param operation what the form says: id, method, path and inputs
 * @param textsOf the texts of an input, by its name
 * @returns the path with its query, the headers and the body
 * @throws Error with one line, where a value cannot be sent
 */
export function toRequest({ method, path, inputs }, textsOf) {
  let target = path
  const query = new URLSearchParams()
  const body = {}
  for (const input of inputs) {
    const texts = input.list ? textsOf(input.name).flatMap(lines) : textsOf(input.name)
    const values = texts.filter((text) => text !== '' || isEmptyText(input))
    if (input.place === 'path') target = target.replace(`{${input.name}}`, () => segment(input.name, values[0] ?? ''))
    else if (values.length === 0) continue
    else if (input.place === 'query') for (const value of values) query.append(input.name, queryText(input, value))
    else body[input.name] = input.list ? values.map((value) => convert(input, value)) : convert(input, values[0])
  }
  const search = query.size > 0 ? `?${query}` : ''
  const hasBody = inputs.some(({ place }) => place === 'body')
  return {
    method,
    target: `${target}${search}`,
    headers: hasBody ? { 'Content-Type': 'application/json' } : {},
    body: hasBody ? JSON.stringify(body) : undefined,
  }
}

const lines = (text) => text.split(/\r?\n/).map((line) => line.trim())

/** A text that is required may be empty; the form refuses it where the schema does. */
const isEmptyText = ({ required, list, type }) => required && !list && type === 'string'

function segment(name, text) {
  // Browsers and proxies take these for steps in the path, also percent-encoded.
  if (text === '.' || text === '..') throw new Error(`${name}: "${text}" cannot be a part of a path`)
  return encodeURIComponent(text)
}

const queryText = (input, text) => String(convert(input, text))

function convert({ name, type }, text) {
  if (type === 'boolean') return text === 'true'
  if (type === 'date-time') return toInstant(text)
  if (type !== 'integer' && type !== 'number') return text
  const value = Number(text)
  if (!Number.isFinite(value)) throw new Error(`${name}: "${text}" is not a number`)
  return value
}

/** The field knows no time zone: it means the one of the browser. */
const toInstant = (text) => new Date(text).toISOString().replace('.000Z', 'Z')

/** A text as one word of a POSIX shell. */
export const shellWord = (text) => `'${text.replaceAll("'", "'\\''")}'`

/**
 * The line that sends the same request. The token stays out of it: it is in the variable TOKEN.
 * @param scheme bearer or basic; empty where no token is sent
 */
export function toCurl({ method, headers, body }, url, scheme) {
  const words = ['curl']
  if (method !== 'GET') words.push('-X', method)
  words.push(shellWord(url))
  for (const [name, value] of Object.entries(headers)) words.push('-H', shellWord(`${name}: ${value}`))
  if (scheme === 'bearer') words.push('-H', '"Authorization: Bearer $TOKEN"')
  if (scheme === 'basic') words.push('-u', '":$TOKEN"')
  if (body !== undefined) words.push('-d', shellWord(body))
  return words.join(' ')
}
