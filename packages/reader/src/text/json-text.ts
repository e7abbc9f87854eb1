import { createScanner, type ParseError, parse, printParseErrorCode, stripComments } from 'jsonc-parser'
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
  const repairs: string[] = []
  let json = text
  if (json.startsWith('\uFEFF')) {
    json = json.slice(1)
    repairs.push('The byte order mark at the start was removed.')
  }
  try {
    return { value: JSON.parse(json), repairs }
  } catch {
    // What is wrong is found below.
  }
  const fault = firstFault(json)
  if (fault) throw new DocumentRefused(sentence(json, what, fault), placeOf(json, fault.offset))
  try {
    return { value: JSON.parse(withoutExtras(json, repairs)), repairs }
  } catch {
    throw new DocumentRefused(`${capital(what)} is not valid JSON. Check it in an editor that supports JSON.`)
  }
}

function firstFault(json: string): ParseError | undefined {
  const faults: ParseError[] = []
  try {
    parse(json, faults, { allowTrailingComma: true, disallowComments: false })
  } catch {
    // Its recursion has no limit of its own.
    throw new DocumentRefused('The document is nested too deeply to be read.')
  }
  return faults[0]
}

function sentence(json: string, what: string, { error, offset }: ParseError): string {
  const { line, column } = placeOf(json, offset)
  const opening = json.search(/[{[]/)
  if (opening > 0 && offset < opening && /^[^"'\s]/.test(json.trimStart()))
    return `${capital(what)} has text before its opening brace. Remove everything before the { in line ${placeOf(json, opening).line}.`
  const reason = reasons[printParseErrorCode(error)] ?? 'this is not JSON'
  return `${capital(what)} is not valid JSON: line ${line}, column ${column}: ${reason}.`
}

/** The same text with blanks in place of comments and of commas before a closing bracket. */
function withoutExtras(json: string, repairs: string[]): string {
  const bare = stripComments(json, ' ')
  if (bare !== json) repairs.push('Comments were removed; JSON does not allow them.')
  const scanner = createScanner(bare, true)
  const kept: string[] = []
  const lines: number[] = []
  let from = 0
  let comma = -1
  let commaLine = 0
  // The numbers are those of jsonc-parser's SyntaxKind, which exists for the compiler only.
  for (let token: number = scanner.scan(); token !== 17; token = scanner.scan()) {
    if ((token === 2 || token === 4) && comma >= 0) {
      kept.push(bare.slice(from, comma), ' ')
      from = comma + 1
      lines.push(commaLine)
    }
    comma = token === 5 ? scanner.getTokenOffset() : -1
    commaLine = scanner.getTokenStartLine() + 1
  }
  for (const line of lines.slice(0, 5)) repairs.push(`The trailing comma in line ${line} was removed.`)
  return kept.join('') + bare.slice(from)
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
