import { z } from 'zod'

/**
 * Text of 1 to `longest` characters, in any script.
 * Counts code points, as JSON Schema does: an emoji is one, where `z.string().max()` counts two. A lone surrogate is
 * refused, because no store or encoding keeps it.
 */
export function text(longest: number): z.ZodString {
  return z
    .string()
    .check(({ value, issues }) => {
      const refuse = (message: string) => issues.push({ code: 'custom', message, input: value })
      if (value.length === 0) refuse('must not be empty')
      else if (value.length > longest && codePoints(value) > longest) refuse(`must have at most ${longest} characters`)
      else if (!value.isWellFormed()) refuse('must be well-formed Unicode')
    })
    .meta({ minLength: 1, maxLength: longest })
}

function codePoints(value: string): number {
  let count = 0
  for (const _ of value) count++
  return count
}
