import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeFeed } from '../../src/feeds/feed-encoding.ts'

/** The bytes of each character of an encoding, found by decoding. */
const tables = new Map<string, Map<string, number[]>>()
function tableOf(label: string): Map<string, number[]> {
  let table = tables.get(label)
  if (table) return table
  table = new Map()
  const decoder = new TextDecoder(label, { fatal: true })
  const add = (bytes: number[]) => {
    try {
      const text = decoder.decode(Buffer.from(bytes))
      // Of Latin, Greek and Cyrillic the letters that words are made of.
      if (/^\p{L}$/u.test(text) && (isWide(label) || (bytes[0] as number) >= 0xc0)) table?.set(text, bytes)
    } catch {
      // There is no such character.
    }
  }
  for (let first = 0x80; first <= 0xff; first++) {
    add([first])
    if (isWide(label)) for (let second = 0x40; second <= 0xfe; second++) add([first, second])
  }
  tables.set(label, table)
  return table
}
const isWide = (label: string): boolean => /^(gb|big5|shift_jis|euc)/.test(label)

function encode(text: string, label: string): Buffer {
  if (label === 'utf-8') return Buffer.from(text)
  if (label === 'utf-16le') return Buffer.from(text, 'utf16le')
  if (label === 'utf-16be') return Buffer.from(text, 'utf16le').swap16()
  return Buffer.from(
    Array.from(text).flatMap((character) =>
      character < '\x80' ? character.charCodeAt(0) : (tableOf(label).get(character) ?? []),
    ),
  )
}
const mark = '\ufeff'
const xml = (title: string, declaration = '') =>
  `<?xml version="1.0"${declaration}?><rss version="2.0"><title>${title}</title></rss>`
const declare = (label: string) => ` encoding="${label}"`
const titleOf = (body: Buffer, header = '') => /<title>(.*)<\/title>/s.exec(decodeFeed(body, header))?.[1]

const singleByte =
  'windows-1250 windows-1251 windows-1252 windows-1253 koi8-r koi8-u iso-8859-2 iso-8859-5 iso-8859-7 iso-8859-15 windows-1254 windows-874'.split(
    ' ',
  )
const wide = ['gbk', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr']
const headers = (label: string) =>
  fc.constantFrom(
    '',
    'text/xml',
    `text/xml; charset=${label}`,
    'application/rss+xml;charset="utf-8"',
    'text/xml; charset=unknown',
  )
/** Words of letters of the encoding, with ASCII between them as in every feed. */
const wordsOf = (label: string, shortest: number) =>
  fc
    .array(fc.constantFrom(...tableOf(label).keys()), { minLength: shortest, maxLength: 40 })
    .map((letters) => letters.join('').replaceAll(/(.{6})/gu, '$1 '))

for (const label of [...singleByte, ...wide])
  test(`a feed that declares ${label} is read, whatever its header says`, () => {
    fc.assert(
      fc.property(wordsOf(label, isWide(label) ? 8 : 3), headers(label), (words, header) => {
        for (const declaration of [declare(label), ` encoding = '${label.toUpperCase()}'`]) {
          const body = encode(xml(words, declaration), label)
          assert.equal(titleOf(body, header), words)
        }
        assert.equal(titleOf(encode(xml(words), label), `text/xml; charset=${label}`), words)
      }),
      { numRuns: 40 },
    )
  })

test('an encoding is known by the names that programs give it', () => {
  for (const [label, ...names] of [
    ['iso-8859-2', 'ISO8859_2', 'iso_8859-2', 'latin-2', 'L2'],
    ['windows-1251', 'cp1251', 'CP-1251', 'win1251', 'win-1251', 'windows1251', 'x-cp1251', 'MS1251'],
    ['windows-1252', 'latin-1', 'ISO8859_1', 'iso88591', 'us-ascii', 'ANSI_X3.4-1968', 'Windows_1252'],
    ['shift_jis', 'x-sjis', 'Shift-JIS', 'SJIS', 'windows-31j', 'cp932', 'MS_Kanji'],
    ['euc-jp', 'EUC_JP', 'eucJP', 'x-euc-jp'],
    ['gbk', 'GB2312', 'gb_2312', 'CP936', 'x-gbk', 'EUC-CN'],
    ['big5', 'BIG-5', 'big5-hkscs', 'cp950'],
    ['euc-kr', 'ks_c_5601-1987', 'MS949', 'eucKR', 'windows-949'],
  ] as const)
    for (const name of names)
      fc.assert(
        fc.property(wordsOf(label, 8), (words) => {
          assert.equal(titleOf(encode(xml(words, declare(name)), label)), words, name)
        }),
        { numRuns: 3 },
      )
})

test('what is valid UTF-8 is UTF-8, whatever European encoding is declared', () => {
  const declared = fc.constantFrom(
    '',
    'utf-8',
    'utf-16',
    'utf-32',
    'ucs-2',
    'unknown',
    ...singleByte.filter((label) => label !== 'windows-874'),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), declared, declared, (title, inside, outside) => {
      const words = title.replaceAll(/[<>&\r\n\u2028\u2029]|\p{Cc}|\p{Cs}|\ufeff/gu, 'é')
      const body = Buffer.from(xml(words, inside && declare(inside)))
      assert.equal(titleOf(body, outside && `text/xml; charset=${outside}`), words)
    }),
    { numRuns: 300 },
  )
})

test('a byte order mark goes before everything, and UTF-16 needs none', () => {
  const form = fc.constantFrom('utf-8', 'utf-16le', 'utf-16be')
  const other = fc.constantFrom('', 'utf-8', 'iso-8859-1', 'utf-16', 'windows-1251', 'gbk')
  const words = fc
    .array(fc.constantFrom(...'äöüéñжя中文日本語한국'), { minLength: 1 })
    .map((letters) => letters.join(''))
  fc.assert(
    fc.property(words, form, other, other, fc.boolean(), (title, label, inside, outside, isMarked) => {
      const text = xml(title, inside && declare(inside))
      const header = outside && `text/xml; charset=${outside}`
      if (isMarked || label !== 'utf-8')
        assert.equal(titleOf(encode((isMarked ? mark : '') + text, label), header), title)
    }),
    { numRuns: 300 },
  )
})

test('UTF-8 in which a character is broken stays UTF-8', () => {
  const body = Buffer.concat([Buffer.from(xml('Straße '.repeat(20), declare('iso-8859-1'))), Buffer.from([0xe4])])
  assert.match(decodeFeed(body, ''), /Straße Straße/)
})

test('bytes of an encoding that nobody names are not guessed', () => {
  assert.equal(titleOf(encode(xml('Привет'), 'windows-1251')), '\ufffd'.repeat(6))
})

test('a declaration is found after what a faulty server wrote before it', () => {
  const body = Buffer.concat([
    Buffer.from('\n<br />\n<b>Warning</b>: x<br />\n'),
    encode(xml('Привет', declare('koi8-r')), 'koi8-r'),
  ])
  assert.equal(titleOf(body), 'Привет')
})

test('any bytes with any header are text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), (bytes, header) => {
      assert.equal(typeof decodeFeed(Buffer.from(bytes), `text/xml; charset=${header}`), 'string')
    }),
  )
})
