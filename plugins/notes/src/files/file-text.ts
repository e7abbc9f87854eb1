/** What a file is: by its name, and by its media type only if the name has no extension. */
export function kindOf(name: string, mediaType: string): 'markdown' | 'archive' | undefined {
  if (/\.(md|markdown|txt)$/i.test(name)) return 'markdown'
  if (/\.zip$/i.test(name)) return 'archive'
  if (/\.[a-z0-9]{1,8}$/i.test(name)) return undefined
  if (/^application\/(x-)?zip(-compressed)?\b/i.test(mediaType)) return 'archive'
  // RFC 7578 4.4: a part without a type is text.
  return /^(text\/(x-)?markdown\b|text\/plain\b|$)/i.test(mediaType) ? 'markdown' : undefined
}

/**
 * The text of a file, by its byte order mark; otherwise as UTF-8, or in the encoding that its media type declares.
 * @returns undefined if it is in none of them
 */
export function decodeFile(content: Uint8Array, mediaType: string): string | undefined {
  const mark = Buffer.from(content.subarray(0, 2)).toString('hex')
  if (mark === 'fffe') return decode(content, 'utf-16le')
  if (mark === 'feff') return decode(content, 'utf-16be')
  const declared = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(mediaType)?.[1]
  // Text in these can be valid UTF-8 too.
  if (declared && /^(utf-?16|iso-2022)/i.test(declared)) return decode(content, declared)
  return decode(content, 'utf-8') ?? (declared ? decode(content, declared) : undefined)
}

function decode(content: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(content)
  } catch {
    return undefined
  }
}
