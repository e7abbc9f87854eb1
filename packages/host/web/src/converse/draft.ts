/** What the user begins a conversation with, where another view has opened it for that. */
export const draft = (): string => (history.state as { draft?: string } | null)?.draft ?? ''
