/** When something was, as people group it. */
export function periodOf(then: Date, now: Date): 'Today' | 'Yesterday' | 'Previous 7 days' | 'Earlier' {
  const isSince = (days: number) => then >= new Date(now.getFullYear(), now.getMonth(), now.getDate() - days)
  if (isSince(0)) return 'Today'
  if (isSince(1)) return 'Yesterday'
  return isSince(7) ? 'Previous 7 days' : 'Earlier'
}
