import fc from 'fast-check'

const surrogates = { from: 0xd800, count: 0x800 }

/** Any character of Unicode. fast-check's own unit `binary` does the same and takes a second to create. */
export const character = fc
  .nat({ max: 0x10ffff - surrogates.count })
  .map((number) => String.fromCodePoint(number < surrogates.from ? number : number + surrogates.count))
