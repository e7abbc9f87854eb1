import { commonPasswordList } from './common-password-list.ts'
import { nameKey } from './name.ts'

export const shortestPassword = 8
/** In UTF-16 units. */
export const longestPassword = 200

let common: ReadonlySet<string> | undefined

/** What is wrong with a new password, as a sentence for the user: too short, too long, or easy to guess (NIST SP 800-63B-4, 3.1.1.2). */
export function passwordFault(password: string, name: string): string | undefined {
  if (password.length > longestPassword) return `The password may have at most ${longestPassword} characters.`
  if (Array.from(password).length < shortestPassword)
    return `The password needs at least ${shortestPassword} characters.`
  common ??= new Set(commonPasswordList.trim().split(/\s+/))
  const key = nameKey(password)
  // `password1!` and `12345678!` are as easy to guess as without the signs around them.
  const parts = [key, trim(key, /\p{L}/u), trim(key, /[\p{L}\p{N}]/u)]
  if (parts.some((part) => common?.has(part)) || /^(.{1,4})\1+$/su.test(key))
    return 'This password is one of the most common ones. Choose a few words that do not belong together.'
  const [letters, ownLetters] = [lettersOf(key), lettersOf(nameKey(name))]
  if (key === nameKey(name) || (letters !== '' && letters === ownLetters))
    return 'The password must not be the user name. Choose a few words that do not belong together.'
  return undefined
}

const lettersOf = (key: string): string => key.replace(/\P{L}+/gu, '')

/** From the first character that is wanted to the last. Without a regular expression, because its time would grow with the square of the length. */
function trim(text: string, wanted: RegExp): string {
  const characters = Array.from(text)
  const isWanted = (character: string) => wanted.test(character)
  return characters.slice(Math.max(0, characters.findIndex(isWanted)), characters.findLastIndex(isWanted) + 1).join('')
}
