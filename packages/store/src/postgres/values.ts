import type { CustomTypesConfig } from 'pg'
import type { Row, Value } from '../database.ts'
import { decodeText, encodeText } from '../text.ts'

type Parse = (text: string) => Row[string]

export const encodeValue = (value: Value): Value => (typeof value === 'string' ? encodeText(value) : value)

function parseNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && !Number.isSafeInteger(number))
    throw new RangeError(`the number ${text} is above 2^53, so it cannot be read exactly`)
  return number
}

const parseBytes: Parse = (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))

/** The types whose values are not texts, by their numbers in pg_type. All other values are texts, as Postgres writes them. */
const parsers: Record<number, Parse> = {
  16: (text) => (text === 't' ? 1 : 0), // boolean, as SQLite has it
  17: parseBytes, // bytea
  20: parseNumber, // bigint
  21: Number, // smallint
  23: Number, // integer
  26: Number, // oid
  700: Number, // real
  701: Number, // double precision
  1700: parseNumber, // numeric
}

/** Reads values as the SQLite engine does. */
export const types = { getTypeParser: (oid: number) => parsers[oid] ?? decodeText } as CustomTypesConfig
