import { createHash } from 'node:crypto'
import { letterSize, linesOf } from './letters.ts'
import { toPng } from './png.ts'

const size = 512
const corner = 112
const pen = 44
// White on each of them has a contrast of at least 4.5.
const colors = [
  '#2563eb',
  '#0f766e',
  '#b45309',
  '#be123c',
  '#7c3aed',
  '#15803d',
  '#0e7490',
  '#a21caf',
  '#4338ca',
  '#9a3412',
]

type Point = readonly [x: number, y: number]

/** `logo.png` of a new plugin: the first letters of its name, at most two, on a colour that depends on the name. */
export function drawLogo(kebab: string): Buffer {
  const letters = kebab
    .split('-')
    .slice(0, 2)
    .map((word) => word.charAt(0))
  const [first = 0] = createHash('sha256').update(kebab).digest()
  const background = [1, 3, 5].map((at) => Number.parseInt((colors[first % colors.length] ?? '').slice(at, at + 2), 16))
  const lines = place(letters)
  const pixels = new Uint8Array(size * size * 4)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const point: Point = [x + 0.5, y + 0.5]
      const ink = coverage(Math.min(...lines.map((line) => distanceTo(line, point))) - pen / 2)
      const at = (y * size + x) * 4
      for (const [channel, value] of background.entries())
        pixels[at + channel] = Math.round(value + (255 - value) * ink)
      pixels[at + 3] = Math.round(255 * coverage(distanceToSquare(point)))
    }
  return toPng(size, pixels)
}

/** The lines of the letters in pixels, beside each other in the middle. */
function place(letters: readonly string[]): [Point, Point][] {
  const scale = letters.length === 1 ? 46 : 31
  const step = (letterSize.width + 2) * scale
  const left = (size - (letters.length - 1) * step - letterSize.width * scale) / 2
  const top = (size - letterSize.height * scale) / 2
  return letters.flatMap((letter, index) =>
    linesOf(letter).map((line) => {
      const [from, to] = line.map(([x, y]): Point => [left + index * step + x * scale, top + y * scale])
      return [from, to] as [Point, Point]
    }),
  )
}

/** How much of a pixel is inside, from its distance to the edge: negative is inside. */
const coverage = (distance: number): number => Math.min(1, Math.max(0, 0.5 - distance))

function distanceTo([[fromX, fromY], [toX, toY]]: [Point, Point], [x, y]: Point): number {
  const [dx, dy] = [toX - fromX, toY - fromY]
  const along = Math.min(1, Math.max(0, ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(x - fromX - along * dx, y - fromY - along * dy)
}

/** The distance to the square with round corners that fills the picture. */
function distanceToSquare([x, y]: Point): number {
  const [dx, dy] = [x, y].map((one) => Math.abs(one - size / 2) - size / 2 + corner) as [number, number]
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - corner
}
