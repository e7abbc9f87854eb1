import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32, inflateSync } from 'node:zlib'
import { linesOf } from '../src/logo/letters.ts'
import { drawLogo } from '../src/logo/logo.ts'

/** The rows of a PNG as the bytes of its pixels. Each has no filter. */
function rowsOf(png: Buffer): Buffer[] {
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const named = png.subarray(at + 4, at + 8 + length)
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(named))
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4))
    at += 12 + length
  }
  const header = chunks.get('IHDR') as Buffer
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  assert.deepEqual([width, height, header[8], header[9]], [512, 512, 8, 6])
  const bytes = inflateSync(chunks.get('IDAT') as Buffer)
  return Array.from({ length: height }, (_, row) => {
    const start = row * (width * 4 + 1)
    assert.equal(bytes[start], 0)
    return bytes.subarray(start + 1, start + 1 + width * 4)
  })
}

test('a logo is a square PNG with letters on a colour, and clear corners', () => {
  const logo = drawLogo('weather')
  assert.ok(logo.length < 30_000)
  const rows = rowsOf(logo)
  const pixel = (x: number, y: number) => [...(rows[y] as Buffer).subarray(x * 4, x * 4 + 4)]
  assert.equal(pixel(0, 0)[3], 0)
  assert.equal(pixel(256, 20)[3], 255)
  const white = rows
    .flatMap((row, y) => Array.from({ length: 512 }, (_, x) => [x, y, row[x * 4]]))
    .filter(([x = 0, y = 0]) => pixel(x, y).every((value) => value === 255))
  assert.ok(white.length > 10_000 && white.length < 120_000, `${white.length} white pixels`)
})

test('the same name gives the same logo, and other letters another', () => {
  assert.deepEqual(drawLogo('weather'), drawLogo('weather'))
  assert.notDeepEqual(drawLogo('weather'), drawLogo('my-weather'))
})

test('every letter and digit can be drawn', () => {
  for (const letter of 'abcdefghijklmnopqrstuvwxyz0123456789') assert.ok(linesOf(letter).length > 0, letter)
})
