import type { Database, Transaction } from '@reference-plugins/store'
import { after } from './kept-answers.ts'

/** How long a question is kept that nobody waits for, in seconds. */
const longest = 3_600

/** The table of questions that a person is being asked, through which one instance hands the answer to another. */
export class Questions {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(id: string, owner: string): Promise<void> {
    await this.#database.run`INSERT INTO core_question (id, owner, created_at) VALUES (${id}, ${owner}, ${after(0)})`
  }

  /** The first answer counts. Does nothing if the question is that of another caller. */
  async reply(id: string, owner: string, isConfirmed: boolean): Promise<void> {
    await this.#database.run`
      UPDATE core_question SET is_confirmed = ${isConfirmed ? 1 : 0}
      WHERE id = ${id} AND owner = ${owner} AND is_confirmed IS NULL`
  }

  /** Undefined until there is an answer. */
  async replyTo(id: string): Promise<boolean | undefined> {
    const row = await this.#database.get<{ is_confirmed: number | null }>`
      SELECT is_confirmed FROM core_question WHERE id = ${id}`
    return typeof row?.is_confirmed === 'number' ? row.is_confirmed === 1 : undefined
  }

  async remove(id: string): Promise<void> {
    await this.#database.run`DELETE FROM core_question WHERE id = ${id}`
  }

  removeOld(transaction: Transaction): Promise<number> {
    return transaction.run`DELETE FROM core_question WHERE created_at < ${after(-longest)}`
  }
}
