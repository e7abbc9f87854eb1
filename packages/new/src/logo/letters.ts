type Point = readonly [x: number, y: number]
type Stroke = readonly Point[]

/** A letter is as wide as 4 and as high as 6; y grows downwards. */
export const letterSize = { width: 4, height: 6 }

/** Part of an ellipse. Angles are in degrees: 0 is to the right, 90 is down. */
function arc(x: number, y: number, radiusX: number, radiusY: number, from: number, to: number): Point[] {
  const steps = Math.ceil(Math.abs(to - from) / 6)
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)]
  })
}

const bowl = (top: number, bottom: number): Point[] => [
  [0, top],
  ...arc(2.4, (top + bottom) / 2, 1.5, (bottom - top) / 2, -90, 90),
  [0, bottom],
]

/** The lines that a pen with a round tip draws, by letter or digit. */
const strokes: Record<string, readonly Stroke[]> = {
  a: [
    [
      [0, 6],
      [2, 0],
      [4, 6],
    ],
    [
      [0.75, 4],
      [3.25, 4],
    ],
  ],
  b: [
    [
      [0, 0],
      [0, 6],
    ],
    bowl(0, 2.9),
    bowl(2.9, 6),
  ],
  c: [arc(2.2, 3, 2.2, 3, -45, -315)],
  d: [
    [
      [0, 0],
      [0, 6],
    ],
    [[0, 0], ...arc(1.5, 3, 2.5, 3, -90, 90), [0, 6]],
  ],
  e: [
    [
      [4, 0],
      [0, 0],
      [0, 6],
      [4, 6],
    ],
    [
      [0, 3],
      [3.4, 3],
    ],
  ],
  f: [
    [
      [4, 0],
      [0, 0],
      [0, 6],
    ],
    [
      [0, 3],
      [3.3, 3],
    ],
  ],
  g: [[...arc(2.2, 3, 2.2, 3, -45, -360), [2.6, 3]]],
  h: [
    [
      [0, 0],
      [0, 6],
    ],
    [
      [4, 0],
      [4, 6],
    ],
    [
      [0, 3],
      [4, 3],
    ],
  ],
  i: [
    [
      [2, 0],
      [2, 6],
    ],
    [
      [1, 0],
      [3, 0],
    ],
    [
      [1, 6],
      [3, 6],
    ],
  ],
  j: [[[3.4, 0], ...arc(1.7, 4.2, 1.7, 1.8, 0, 160)]],
  k: [
    [
      [0, 0],
      [0, 6],
    ],
    [
      [3.8, 0],
      [0, 3.4],
    ],
    [
      [1.3, 2.3],
      [4, 6],
    ],
  ],
  l: [
    [
      [0.3, 0],
      [0.3, 6],
      [4, 6],
    ],
  ],
  m: [
    [
      [0, 6],
      [0, 0],
      [2, 3.4],
      [4, 0],
      [4, 6],
    ],
  ],
  n: [
    [
      [0, 6],
      [0, 0],
      [4, 6],
      [4, 0],
    ],
  ],
  o: [arc(2, 3, 2.1, 3, 0, 360)],
  p: [
    [
      [0, 6],
      [0, 0],
    ],
    bowl(0, 3.3),
  ],
  q: [
    arc(2, 3, 2.1, 3, 0, 360),
    [
      [2.6, 4.4],
      [4.2, 6.2],
    ],
  ],
  r: [
    [
      [0, 6],
      [0, 0],
    ],
    bowl(0, 3.2),
    [
      [2, 3.2],
      [4, 6],
    ],
  ],
  s: [[...arc(2, 1.5, 1.8, 1.5, -25, -270), ...arc(2, 4.5, 1.9, 1.5, -90, 155)]],
  t: [
    [
      [0, 0],
      [4, 0],
    ],
    [
      [2, 0],
      [2, 6],
    ],
  ],
  u: [[[0, 0], ...arc(2, 4, 2, 2, 180, 0), [4, 0]]],
  v: [
    [
      [0, 0],
      [2, 6],
      [4, 0],
    ],
  ],
  w: [
    [
      [-0.4, 0],
      [0.8, 6],
      [2, 2],
      [3.2, 6],
      [4.4, 0],
    ],
  ],
  x: [
    [
      [0, 0],
      [4, 6],
    ],
    [
      [4, 0],
      [0, 6],
    ],
  ],
  y: [
    [
      [0, 0],
      [2, 3],
      [4, 0],
    ],
    [
      [2, 3],
      [2, 6],
    ],
  ],
  z: [
    [
      [0, 0],
      [4, 0],
      [0, 6],
      [4, 6],
    ],
  ],
  0: [arc(2, 3, 1.9, 3, 0, 360)],
  1: [
    [
      [0.8, 1.2],
      [2.2, 0],
      [2.2, 6],
    ],
  ],
  2: [[...arc(2, 1.8, 1.8, 1.8, -170, 30), [0.2, 6], [4, 6]]],
  3: [[...arc(1.9, 1.45, 1.7, 1.45, -160, 90), ...arc(1.9, 4.45, 1.9, 1.55, -90, 160)]],
  4: [
    [
      [3, 6],
      [3, 0],
      [0, 4.2],
      [4, 4.2],
    ],
  ],
  5: [[[3.7, 0], [0.6, 0], [0.3, 2.7], ...arc(1.9, 4.1, 1.95, 1.9, -120, 150)]],
  6: [[...arc(2, 4.1, 1.9, 1.9, 180, 540), ...arc(3.4, 4.1, 3.3, 4.1, 180, 260)]],
  7: [
    [
      [0, 0],
      [4, 0],
      [1.4, 6],
    ],
  ],
  8: [arc(2, 1.5, 1.6, 1.5, 0, 360), arc(2, 4.5, 1.9, 1.5, 0, 360)],
  9: [[...arc(2, 1.9, 1.9, 1.9, 0, 360), ...arc(0.6, 1.9, 3.3, 4.1, 0, 80)]],
}

/** The straight lines of a letter or a digit. */
export const linesOf = (letter: string): [Point, Point][] =>
  (strokes[letter] ?? []).flatMap((stroke) =>
    stroke.slice(1).map((point, index): [Point, Point] => [stroke[index] as Point, point]),
  )
