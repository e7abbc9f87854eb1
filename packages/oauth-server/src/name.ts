/**
 * The key of a name: the same for all names that look the same or differ in case only. Accounts are found, limited and
 * compared by it.
 */
export const nameKey = (name: string): string => shownName(name).toLowerCase().normalize('NFKC')

/** The name as it is kept and shown: compatibility forms in their usual form (NFKC), one space between words, none around them. */
export const shownName = (name: string): string => name.normalize('NFKC').replace(/\s+/gu, ' ').trim()

// Control, format (bidi, zero width), private, unassigned and surrogate characters, line separators, and those that fonts
// show as nothing or as a blank.
const hidden = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/u
const emoji = /\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F/gv
// More marks than any script needs cover the lines around them.
const stacked = /\p{M}{4}/u

/** Whether a name hides characters, or changes how the text around it is shown. Emojis may have their joiners. */
export const isDeceptive = (name: string): boolean => {
  const text = name.replace(emoji, '')
  return hidden.test(text) || stacked.test(text.normalize('NFD'))
}

const longestUserName = 64

/** What is wrong with the name of a new user, as a sentence for the user. */
export function userNameFault(name: string): string | undefined {
  const characters = Array.from(shownName(name)).length
  if (characters === 0 || characters > longestUserName || name.length > 4 * longestUserName)
    return `The user name must have 1 to ${longestUserName} characters.`
  if (isDeceptive(name)) return 'The user name must not have control characters or characters that cannot be seen.'
  if (!/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@+-]*$/u.test(shownName(name)))
    return 'The user name may contain letters, digits, spaces and . _ @ + -, and must begin with a letter or a digit.'
  return undefined
}
