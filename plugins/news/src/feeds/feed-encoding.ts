const head = 4_096
/** Names of encodings that feeds use and the Encoding Standard does not know. */
const aliases: Record<string, string> = {
  cp932: 'shift_jis',
  cp936: 'gbk',
  ms936: 'gbk',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  cp950: 'big5',
  eucjp: 'euc-jp',
  euccn: 'gbk',
  euckr: 'euc-kr',
  sjis: 'shift_jis',
  utf8mb4: 'utf-8',
}
/** Encodings whose letters have the bytes that follow the first one in UTF-8, so that short text may be valid in both. */
const confusable = /^(windows-874|gbk|gb18030|big5|euc-jp|euc-kr|shift_jis|iso-2022-jp)$/

/**
 * Decodes a feed. A byte order mark decides; then the bytes themselves, if they are valid UTF-8; then the document's own
 * declaration, and then the header, if the bytes are valid in what they name.
 */
export function decodeFeed(body: Buffer, contentType: string): string {
  const marked = encodingOfMark(body) ?? wideEncoding(body)
  const text = marked === undefined ? undefined : tryDecode(body, marked)
  return text ?? decodeUnmarked(body, contentType)
}

function decodeUnmarked(body: Buffer, contentType: string): string {
  const start = body.subarray(0, head).toString('latin1')
  const declared = [
    /<\?xml\s[^>]*?encoding\s*=\s*["']\s*([^"'\s>]+)/i.exec(start)?.[1],
    /charset\s*=\s*["']?\s*([^"';,\s]+)/i.exec(contentType)?.[1],
  ]
    .map((name) => name && labelOf(name))
    // A declaration that can be read as ASCII is not in UTF-16 (XML 1.0, appendix F), and a byte of ASCII is one of UTF-8.
    .filter((label) => label !== undefined && !/^utf-/.test(label)) as string[]
  const utf8 = new TextDecoder().decode(body)
  const broken = utf8.split('\ufffd').length - 1
  const isUtf8 = broken === 0 && !(declared.some((label) => confusable.test(label)) && isShort(utf8))
  if (isUtf8) return utf8
  // One broken character in a text of UTF-8 does not make it another encoding.
  if (broken > 0 && (utf8.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0) > 10 * broken) return utf8
  for (const label of declared) {
    const text = tryDecode(body, label)
    if (text !== undefined) return text
  }
  const [label] = declared
  return label === undefined || broken === 0 ? utf8 : new TextDecoder(label).decode(body)
}

/** Text of other encodings may be valid in UTF-8 by chance, but not with characters of three bytes. */
const isShort = (utf8: string): boolean => /[^\0-\x7f]/.test(utf8) && !/[\u0800-\u{10ffff}]/u.test(utf8)

function encodingOfMark(body: Buffer): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8'
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le'
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be'
  return undefined
}

/** UTF-16 without a mark: every second byte of the first characters, which are ASCII, is zero. */
function wideEncoding(body: Buffer): string | undefined {
  const [first, second, third, fourth] = body
  if (first && second === 0 && third && fourth === 0) return 'utf-16le'
  if (first === 0 && second && third === 0 && fourth) return 'utf-16be'
  return undefined
}

function labelOf(name: string): string | undefined {
  const usual = usualForm(name.toLowerCase())
  for (const label of [name, usual, aliases[usual] ?? ''])
    try {
      return new TextDecoder(label).encoding
    } catch {
      // The standard has no such label.
    }
  return undefined
}

/** `windows1251` and `cp-1251` are windows-1251; `ISO8859_2` and `latin-2` are labels of the standard without their signs. */
const usualForm = (name: string): string =>
  name.replace(/^(?:x-)?(?:windows|win|cp|ms)[-_]?(?=125\d$|874$)/, 'windows-').replaceAll(/(?<!^windows)[-_]/g, '')

function tryDecode(body: Buffer, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}
