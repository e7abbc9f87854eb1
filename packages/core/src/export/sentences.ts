import type { Effects } from '../operation.ts'
import type { Plugin, PluginOperation } from '../plugin.ts'

/** What a call does to the world, for people and models. */
export function effectSentence({ readOnly, destructive }: Effects): string {
  if (readOnly) return 'Changes nothing.'
  return destructive ? 'May delete or overwrite something.' : 'Adds or changes something, and deletes nothing.'
}

/** Whether a call may be repeated; undefined if it changes nothing. */
export function repetitionSentence({ effects, once }: Pick<PluginOperation, 'effects' | 'once'>): string | undefined {
  const { readOnly, idempotent } = effects
  if (readOnly) return undefined
  if (once)
    return 'If the outcome of a call is unknown, repeat it with the same `idempotency_key`: it acts once. Use a new key for another action.'
  return idempotent
    ? 'A second call with the same input changes nothing more.'
    : 'A second call with the same input acts a second time: if the outcome of a call is unknown, read before you repeat it.'
}

/** What an assistant does after an answer with this status. */
export function remedy(status: number, plugin: Plugin, publicUrl: string): string {
  if (status === 401) return signIn(plugin, publicUrl)
  return remedies[status] ?? 'Do what the message says.'
}

const waitAndRepeat = 'Wait as long as the message says, then call once more. If it fails again, tell the user.'
const readAgain = 'Read the current state again and decide again; do not repeat the same call.'

const remedies: Record<number, string> = {
  400: 'Correct the input as the message says, and call again.',
  403: 'Do not call again. Tell the user what is not allowed.',
  404: 'Look it up again with a tool that reads; do not guess.',
  409: readAgain,
  410: 'It no longer exists: tell the user, and do not call again.',
  412: readAgain,
  422: 'Change the input as the message says; the same input would be refused again.',
  429: waitAndRepeat,
  500: 'Try other input once. If that fails too, tell the user that the service failed.',
  502: waitAndRepeat,
  503: waitAndRepeat,
  504: waitAndRepeat,
}

function signIn(plugin: Plugin, publicUrl: string): string {
  const { type } = plugin.auth.manifest(publicUrl)
  if (type === 'oauth') return 'Ask the user to sign in again.'
  if (type === 'user_http')
    return 'Ask the user to enter a valid token in the settings; never ask for it in the conversation.'
  return 'Tell the user that the person who set up the connection must enter a valid token.'
}
