import { type JSONVisitor, type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser'
import { DocumentRefused } from './document-refused.ts'
import { placeOf } from './text-kind.ts'

export interface JsonRead {
  value: unknown
  /** What is not JSON and was read all the same, in sentences. */
  repairs: string[]
}

const reasons: Record<string, string> = {
  InvalidSymbol:
    'this is not a JSON value: write strings in double quotes; other values are numbers, true, false and null',
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'a name in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing before this',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a closing brace } is missing',
  CloseBracketExpected: 'a closing bracket ] is missing',
  EndOfFileExpected: 'the document ends before this; an opening brace { may be missing at its start',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a string is not closed with a double quote',
  UnexpectedEndOfNumber: 'a number is incomplete',
  InvalidUnicode: '\\u in a string needs four hexadecimal digits',
  InvalidEscapeCharacter: 'a backslash in a string comes before a character that cannot be escaped',
  InvalidCharacter: 'a string contains a line break or another control character',
}

/**
 * Reads JSON, also with comments, a byte order mark and trailing commas. Guesses at nothing else.
 * `what` is how messages call the document: `the manifest`.
 * @throws DocumentRefused with the place.
 */
export function readJson(text: string, what: string): JsonRead {
  const json = text.replace(/^\uFEFF/, '')
  const repairs = json === text ? [] : ['The byte order mark at the start was removed.']
  try {
    return { value: JSON.parse(json), repairs }
  } catch {
    // What is wrong is found below.
  }
  const { fault, extras } = scan(json)
  if (fault) throw new DocumentRefused(sentence(json, what, fault), placeOf(json, fault.offset))
  const commas = extras.filter(({ length }) => length === 1)
  if (commas.length < extras.length) repairs.push('Comments were removed; JSON does not allow them.')
  for (const { line } of commas.slice(0, 5)) repairs.push(`The trailing comma in line ${line} was removed.`)
  const starts = [0, ...extras.map(({ offset, length }) => offset + length)]
  const parts = starts.map((start, index) => json.slice(start, extras[index]?.offset))
  try {
    return { value: JSON.parse(parts.join(' ')), repairs }
  } catch {
    throw new DocumentRefused(`${capital(what)} is not valid JSON. Check it in an editor that supports JSON.`)
  }
}

interface Fault {
  error: ParseErrorCode
  offset: number
}

interface Extra {
  offset: number
  length: number
  line: number
}

/** Finds the first fault that cannot be repaired, and what JSON has no place for: comments and trailing commas. */
function scan(json: string): { fault: Fault | undefined; extras: Extra[] } {
  const extras: Extra[] = []
  let fault: Fault | undefined
  let comma: Extra | undefined
  const onValue = (): void => {
    comma = undefined
  }
  const onEnd = (): void => {
    if (comma) extras.push(comma)
    comma = undefined
  }
  const visitor: JSONVisitor = {
    onError: (error, offset) => {
      fault ??= { error, offset }
    },
    onComment: (offset, length, line) => void extras.push({ offset, length, line: line + 1 }),
    onSeparator: (character, offset, length, line) => {
      comma = character === ',' ? { offset, length, line: line + 1 } : undefined
    },
    onObjectProperty: onValue,
    onLiteralValue: onValue,
    onObjectBegin: onValue,
    onArrayBegin: onValue,
    onObjectEnd: onEnd,
    onArrayEnd: onEnd,
  }
  try {
    visit(json, visitor, { allowTrailingComma: true })
  } catch {
    // The recursion of jsonc-parser has no limit.
    throw new DocumentRefused('The document is nested too deeply to be read.')
  }
  return { fault, extras: extras.sort((a, b) => a.offset - b.offset) }
}

function sentence(json: string, what: string, { error, offset }: Fault): string {
  const { line, column } = placeOf(json, offset)
  const opening = json.search(/[{[]/)
  if (opening > 0 && offset < opening && /^[^"'\s]/.test(json.trimStart()))
    return `${capital(what)} has text before its opening brace. Remove everything before the { in line ${placeOf(json, opening).line}.`
  const reason = reasons[printParseErrorCode(error)] ?? 'this is not JSON'
  return `${capital(what)} is not valid JSON: line ${line}, column ${column}: ${reason}.`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
