import { parse as parseToml, TomlDate } from 'smol-toml'
import { isMap, isScalar, isSeq, Lexer, type Node, parseDocument, Scalar } from 'yaml'

/** A value as it is written: a text, a list of texts, or something else. */
export type Value = { text: string; isFolded?: boolean } | { list: (string | undefined)[] } | 'empty' | 'other'

export interface Members {
  members: [key: string, value: Value][]
  /** Beside the members, such as comments. */
  saysMore: boolean
}

/** All scalars are read as texts, so that `1.10` and `yes` stay as they are. */
export function readYaml(source: string): Members | 'no front matter' | 'not understood' {
  // A text between two thematic breaks has no keys.
  const otherwise = /^["']?[\p{L}\w][^:\n]*:(?:\s|$)/mu.test(source) ? 'not understood' : 'no front matter'
  try {
    const document = parseDocument(source, { schema: 'failsafe', logLevel: 'silent' })
    if (document.errors.length > 0) return otherwise
    const { contents } = document
    if (contents === null) return { members: [], saysMore: true }
    if (!isMap(contents)) return 'no front matter'
    const members = contents.items.map(({ key, value }): [string, Value] => [
      isScalar(key) ? String(key.value) : '',
      yamlValue(value as Node | null),
    ])
    return { members, saysMore: document.warnings.length > 0 || hasRemarks(source) }
  } catch {
    // Nested too deeply for the parser.
    return otherwise
  }
}

function yamlValue(node: Node | null): Value {
  if (isScalar(node)) {
    const text = yamlText(node)
    if (typeof text !== 'string') return text === null ? 'empty' : 'other'
    return { text, isFolded: node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL }
  }
  if (isSeq(node))
    return { list: node.items.map((item) => (isScalar(item) ? (yamlText(item) ?? undefined) : undefined)) }
  return node === null ? 'empty' : 'other'
}

/** Null if it is null, with or without a word, and undefined for types that only YAML has. */
function yamlText({ value, type, tag }: Scalar): string | null | undefined {
  if (tag !== undefined && tag !== 'tag:yaml.org,2002:str') return undefined
  const text = String(value ?? '')
  return type !== undefined && type !== Scalar.PLAIN ? text : /^(?:~|null|Null|NULL|)$/.test(text) ? null : text
}

/** Whether there is a comment, an anchor or the name of a type. */
function hasRemarks(source: string): boolean {
  let before = ''
  for (const token of new Lexer().lex(source)) {
    // \u001f announces a scalar, which may begin with any of them in a block.
    if (/^[#&*!]/.test(token) && before !== '\u001f') return true
    before = token
  }
  return false
}

export function readToml(source: string): Members | 'not understood' {
  try {
    const members = Object.entries(parseToml(source)).map(([key, value]): [string, Value] => [
      key,
      tomlValue(value, source),
    ])
    // The parser does not report comments.
    return { members, saysMore: source.includes('#') }
  } catch {
    return 'not understood'
  }
}

function tomlValue(value: unknown, source: string): Value {
  if (typeof value === 'string') return { text: value }
  if (value instanceof TomlDate) {
    const text = value.toISOString()
    // The parser moves 30 February to March.
    return source.includes(text.slice(0, 10)) ? { text } : 'other'
  }
  if (Array.isArray(value)) return { list: value.map((item) => (typeof item === 'string' ? item : undefined)) }
  return 'other'
}
