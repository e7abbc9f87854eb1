/** The feed could not be fetched or read. The message tells the user why, and the advice what to do. */
export class FeedError extends Error {
  override readonly name = 'FeedError'
  readonly advice: string

  constructor(message: string, advice = 'Check the URL') {
    super(message)
    this.advice = advice
  }
}
