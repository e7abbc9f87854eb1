import { z } from 'zod'

/** Reads a variable such as `openai=abc,other=def`: the token that each assistant showed, by its name. */
export const VerificationTokens = z
  .string()
  .regex(/^[\w-]+=[^=,\s]+(,[\w-]+=[^=,\s]+)*$/, 'must have the form openai=TOKEN, several separated by commas')
  .transform((value) => Object.fromEntries(value.split(',').map((pair) => pair.split('=')) as [string, string][]))
