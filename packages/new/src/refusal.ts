/** What was asked for makes no sense or is not possible. The message is one line that says what to do; the exit code is 2. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
