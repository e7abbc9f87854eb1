import { SourceError } from '../source.ts'

/** Turns what Duffel sent into ours. An amount or a time that cannot be read is an answer that is not understood. */
export function understand<Ours>(turn: () => Ours, isAction = false): Ours {
  try {
    return turn()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const code = isAction ? 'outcome_unknown' : 'unavailable'
    throw new SourceError(code, 'Duffel sent an answer that this plugin does not understand', { cause })
  }
}

/** Reads the result of something that was done. If it cannot be read, it has been done all the same. */
export const readResult = <Result>(read: () => Promise<Result>): Promise<Result> =>
  read().catch((cause: unknown) => {
    throw new SourceError('outcome_unknown', 'It was done, but Duffel did not say with which result', { cause })
  })
