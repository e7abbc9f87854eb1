/** A place in a text: line and column, both from 1, with the line itself. */
export interface TextPlace {
  line: number
  column: number
  excerpt: string
}

/** A document cannot be used. The message names the cause and what to do, for a beginner. */
export class DocumentRefused extends Error {
  override readonly name = 'DocumentRefused'
  readonly at: TextPlace | undefined

  constructor(message: string, at?: TextPlace) {
    super(message)
    this.at = at
  }
}
