import fc from 'fast-check'

const surrogates = { from: 0xd800, count: 0x800 }

/** Any character of Unicode. fast-check's own unit of this kind, `binary`, takes a second to be made. */
export const character = fc
  .nat({ max: 0x10ffff - surrogates.count })
  .map((number) => String.fromCodePoint(number < surrogates.from ? number : number + surrogates.count))
