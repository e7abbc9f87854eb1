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
  common ??= new Set(commonPasswordList.split(/\s+/))
  const key = nameKey(password)
  const word = trimNonLetters(key)
  if (common.has(key) || common.has(word) || /^(.{1,4})\1+$/su.test(key))
    return 'This password is one of the most common ones. Choose a few words that do not belong together.'
  const [letters, ownLetters] = [lettersOf(key), lettersOf(nameKey(name))]
  if (key === nameKey(name) || (letters !== '' && letters === ownLetters))
    return 'The password must not be the user name. Choose a few words that do not belong together.'
  return undefined
}

const lettersOf = (key: string): string => key.replace(/\P{L}+/gu, '')

/** `password1!` is as easy to guess as `password`. Without a regular expression, because its time would grow with the square of the length. */
function trimNonLetters(text: string): string {
  const characters = Array.from(text)
  const isLetter = (character: string) => /\p{L}/u.test(character)
  return characters.slice(Math.max(0, characters.findIndex(isLetter)), characters.findLastIndex(isLetter) + 1).join('')
}
