/** What the results of calls tell a model to do, and what a person reads instead. */
const words: [forModel: RegExp, forUser: string][] = [
  [/^The user /, 'You '],
  [/ Do not repeat it: ask what they want\./, ''],
  [/ Tell the user to sign in to it again; do not repeat the call\./, ' Sign in to it again.'],
  [/the user is not allowed to do this\. Do not repeat the call\./, 'you are not allowed to do this.'],
  [/ Try once more; then tell the user\./, ' Try again later.'],
  [/ Tell the user, or try again after that\./, ' Try again after that.'],
  [/ Tell the user which sign-in is missing, and do not repeat the call\./, ''],
  [/ Tell the user\./, ''],
]

/** A result that is written for a model, as the user reads it. */
export const toWordsForUser = (result: string): string =>
  words.reduce((text, [forModel, forUser]) => text.replace(forModel, forUser), result)
