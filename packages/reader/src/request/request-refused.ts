/** These arguments cannot be sent. The message says why, for the model. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}
