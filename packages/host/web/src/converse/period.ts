const day = 86_400_000

/** When something was, as people group it. */
export function periodOf(then: Date, now: Date): 'Today' | 'Yesterday' | 'Previous 7 days' | 'Earlier' {
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  if (then.getTime() >= midnight) return 'Today'
  if (then.getTime() >= midnight - day) return 'Yesterday'
  return then.getTime() >= midnight - 7 * day ? 'Previous 7 days' : 'Earlier'
}
