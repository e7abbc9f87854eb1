import type { Format } from 'ajv'

const range = (lowest: number, highest: number): Format => ({
  type: 'number',
  validate: (value: number) => value >= lowest && value <= highest,
})
const integers = (bits: number): [string, Format][] => [
  [`int${bits}`, range(-(2 ** (bits - 1)), 2 ** (bits - 1) - (bits < 64 ? 1 : 0))],
  [`uint${bits}`, range(0, 2 ** bits - (bits < 64 ? 1 : 0))],
]

/**
 * The formats of OpenAPI, and those of JSON Schema that are used in other ways too, in the widest sense. JSON.parse rounds
 * numbers over 2^53, so the ends of 64 bits are not judged to the last digit.
 */
export const formats: Record<string, Format> = {
  ...Object.fromEntries([8, 16, 32, 64].flatMap(integers)),
  float: range(-3.5e38, 3.5e38),
  double: true,
  password: true,
  binary: true,
  byte: /^[A-Za-z0-9+/_\s-]*={0,2}\s*$/,
  url: (text) => URL.canParse(text),
  // RFC 5321 has user@localhost, RFC 6531 letters of all scripts.
  email: /^[^\s@]+@[^\s@]+$/,
  // Many frameworks write a local time, which RFC 3339 has inside a date-time only.
  time: /^([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d+)?)?\s?(z|[+-]\d\d(:?\d\d)?)?$/i,
}
