import type { Caller } from '../calls/caller.ts'
import type { Model } from '../models/model.ts'
import type { Plugins } from '../plugins/plugins.ts'
import type { UserLimits } from '../users/user-limits.ts'
import type { Conversation, TurnEvent } from '../wire.ts'
import type { Permissions } from './confirmation.ts'
import type { Conversations } from './conversations.ts'
import type { EventStream } from './event-stream.ts'
import type { PromptParts } from './prompt.ts'

/** What one turn of a conversation works with. */
export interface TurnContext {
  user: string
  /** Loaded when the turn begins. Nothing else changes its messages during the turn. */
  conversation: Conversation
  events: EventStream<TurnEvent>
  signal: AbortSignal
  conversations: Conversations
  plugins: Plugins
  caller: Caller
  permissions: Permissions
  limits: UserLimits
  /** The model of a user; undefined if there is none. */
  modelOf(user: string): Promise<Model | undefined>
  prompt: PromptParts
}
