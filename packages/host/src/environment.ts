import { z } from 'zod'

/** The variables that only the host reads; those of every server are core's. */
export const HostEnvironment = z.object({
  /** `single`: no sign-in, one user. `accounts`: people sign up and in. */
  HOST_USERS: z.enum(['single', 'accounts']).default('single'),
  /** The keys of the vault, the newest first, each 32 random bytes in base64url. */
  HOST_KEY: z.string().optional(),
})
