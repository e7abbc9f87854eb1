import type { Reading, Transaction } from '@reference-plugins/store'
import { totalOf } from '../checkout/total.ts'
import type { Session } from '../checkout/vocabulary.ts'

/** What an agent has last seen of a session, and so what its user has agreed to. */
export interface LastAnswer {
  version: number
  /** In minor units. */
  total: number
}

export const answerOf = ({ metadata, totals }: Session): LastAnswer => ({
  version: metadata.version,
  total: totalOf(totals),
})

export const readLastAnswer = (reading: Reading, id: string): Promise<LastAnswer | undefined> =>
  reading.get<LastAnswer>`SELECT version, total FROM acp_answer WHERE checkout = ${id}`

/** Notes that a session is answered. */
export async function noteAnswer(transaction: Transaction, session: Session): Promise<void> {
  const { version, total } = answerOf(session)
  await transaction.run`
    INSERT INTO acp_answer (checkout, version, total) VALUES (${session.id}, ${version}, ${total})
    ON CONFLICT (checkout) DO UPDATE SET version = ${version}, total = ${total}`
}
