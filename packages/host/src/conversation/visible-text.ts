// Control, format (bidi, zero width), private, unassigned and surrogate characters, and those that fonts show as a blank
// or as nothing. A plain space and a line break are what they look like.
const hidden = /(?![ \n])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** What a terminal obeys, and what changes the direction of text. */
const commands = /(?![\n\t])[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/**
 * A text whose invisible characters, and those that change the direction of what is around them, are written as JSON
 * escapes such as \u202E, so that it cannot look like another text.
 */
export const visibleText = (text: string): string => text.replace(hidden, toEscapes)

/** For a single line. */
export const visibleLine = (text: string): string => visibleText(text).replaceAll('\n', '\\u000A')

/** A text from outside for a terminal, which it can neither steer nor reorder: it could hide what is asked next. */
export const terminalText = (text: string): string => text.replaceAll('\r\n', '\n').replace(commands, toEscapes)

const toEscapes = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index))}`).join('')

const hex = (unit: number): string => unit.toString(16).toUpperCase().padStart(4, '0')
