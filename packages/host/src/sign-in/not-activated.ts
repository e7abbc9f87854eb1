import type { RegisteredPlugin } from '../plugins/plugins.ts'

/** The user must do something before the plugin can be called for them. The message says what. */
export class NotActivated extends Error {
  override readonly name = 'NotActivated'
}

/** For a user who has not activated the plugin, or has deactivated it. */
export function notActivated({ document: { title, auth } }: RegisteredPlugin): NotActivated {
  if (auth.type === 'oauth') return new NotActivated(`You are not signed in to ${title}: sign in on its page`)
  if (auth.type === 'user_http') return new NotActivated(`${title} needs your token: paste it on its page`)
  return new NotActivated(`${title} is not activated: activate it on its page`)
}

/** For a user who has not approved the version that the owner has approved. */
export const changed = ({ document: { title } }: RegisteredPlugin): NotActivated =>
  new NotActivated(`${title} has changed since you approved it: review the changes on its page`)
