import { RE2JS } from 're2js'

const longest = 500
const compiled = new Map<string, RE2JS | undefined>()

/**
 * Whether a pattern can be run in time that grows linearly with the text. Patterns with lookaround or backreferences cannot.
 */
export const isSafePattern = (pattern: string): boolean => compile(pattern) !== undefined

/** Whether the pattern matches somewhere in the text; a pattern that is not safe matches every text. */
export const matches = (pattern: string, text: string): boolean => compile(pattern)?.matcher(text).find() ?? true

function compile(pattern: string): RE2JS | undefined {
  if (pattern.length > longest) return undefined
  if (compiled.has(pattern)) return compiled.get(pattern)
  let program: RE2JS | undefined
  try {
    new RegExp(pattern, 'u')
    program = RE2JS.compile(pattern)
  } catch {
    // It is not safe, or not a pattern.
  }
  if (compiled.size >= 1_000) compiled.clear()
  compiled.set(pattern, program)
  return program
}
