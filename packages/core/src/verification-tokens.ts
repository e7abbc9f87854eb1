import { z } from 'zod'

/** The value of a variable such as `openai=abc,other=def`: the token that each assistant showed, by its name. */
export const VerificationTokens = z
  .string()
  .regex(/^[\w-]+=[^=,\s]+(,[\w-]+=[^=,\s]+)*$/, 'must have the form openai=TOKEN, with commas between several')
  .transform((value) => Object.fromEntries(value.split(',').map((pair) => pair.split('=')) as [string, string][]))
