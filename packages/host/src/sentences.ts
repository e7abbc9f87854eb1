/** One text of several sentences, each with exactly one full stop after it, whether or not it had one. */
export const toSentences = (sentences: readonly string[]): string =>
  sentences
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => (/[.!?…:]["')\]]?$/.test(one) ? one : `${one}.`))
    .join(' ')
