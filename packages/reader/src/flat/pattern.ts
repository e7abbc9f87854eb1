import { RE2JS } from 're2js'

const longest = 500
const compiled = new Map<string, RE2JS | undefined>()

/**
 * Whether a pattern can be run on any text in time that grows with the text alone. Such as look around or back cannot.
 */
export const isSafePattern = (pattern: string): boolean => compile(pattern) !== undefined

/** Whether the pattern is found in the text; a pattern that is not safe is found everywhere. */
export const matches = (pattern: string, text: string): boolean => compile(pattern)?.matcher(text).find() ?? true

function compile(pattern: string): RE2JS | undefined {
  if (pattern.length > longest) return undefined
  if (compiled.has(pattern)) return compiled.get(pattern)
  let program: RE2JS | undefined
  try {
    new RegExp(pattern, 'u')
    program = RE2JS.compile(pattern)
  } catch {
    program = undefined
  }
  if (compiled.size >= 1_000) compiled.clear()
  compiled.set(pattern, program)
  return program
}
