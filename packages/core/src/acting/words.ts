import type { PluginOperation } from '../plugin.ts'

/** What a model and a developer must know about an operation that acts, in one or two short sentences. Empty for any other. */
export function actingSentence({
  confirm,
  quote,
  undo,
  taskAfter,
}: Pick<PluginOperation, 'confirm' | 'quote' | 'undo' | 'taskAfter'>): string {
  const parts = [
    quote && `First call ${quote}: it says the cost.`,
    confirm && 'A person confirms it.',
    undo && `To take it back: ${undo.quote ? `${undo.quote}, then ${undo.by}` : undo.by}.`,
  ]
  if (taskAfter !== undefined)
    parts.push(`${taskAfter > 0 ? `After ${taskAfter} s its` : 'Its'} answer is a task: call getTask.`)
  return parts.filter(Boolean).join(' ')
}

/** The description with that sentence. */
export function describeAction(operation: PluginOperation): string {
  const { description } = operation
  const sentence = actingSentence(operation)
  if (sentence === '') return description
  return `${description}${/[.!?]$/.test(description) ? '' : '.'} ${sentence}`
}
