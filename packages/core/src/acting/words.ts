import type { PluginOperation } from '../plugin.ts'

/** What a model and a developer must know about an operation that acts, in at most 100 characters. Empty for any other. */
export function actingSentence({ confirm, undo }: Pick<PluginOperation, 'confirm' | 'undo'>): string {
  const parts = [
    confirm && 'A person confirms it.',
    undo && `To take it back: ${undo.quote ? `${undo.quote}, then ${undo.by}` : undo.by}.`,
  ]
  return parts.filter(Boolean).join(' ')
}

/** The description with that sentence. */
export const describeAction = (operation: PluginOperation): string =>
  [operation.description, actingSentence(operation)].filter(Boolean).join(' ')
