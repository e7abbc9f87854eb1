import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

/** Calls todo: returns the status and the body. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: string) => Promise<{ status: number; text: string }>

export const askAt =
  (url: string): Ask =>
  async (method, path, body) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) })
    return { status: answer.status, text: await answer.text() }
  }

/** Users who add one todo after another, and what was acknowledged to each. */
export class Writers {
  readonly #acknowledged: string[][]
  readonly #failures: string[] = []
  #isStopped = false
  readonly #running: Promise<void>[]

  constructor(ask: Ask, count = 4) {
    this.#acknowledged = Array.from({ length: count }, () => [])
    this.#running = this.#acknowledged.map((_, user) => this.#write(ask, user))
  }

  async #write(ask: Ask, user: number): Promise<void> {
    for (let count = 0; !this.#isStopped; count++) {
      const todo = `todo ${count}`
      const { status, text } = await ask('POST', `/todos/user${user}`, JSON.stringify({ todo })).catch((error) => ({
        status: 0,
        text: String(error),
      }))
      if (status === 200) this.#acknowledged[user]?.push(todo)
      else this.#failures.push(`${todo} of user${user}: ${status} ${text}`)
    }
  }

  /** What was acknowledged until now, by user. */
  get acknowledged(): readonly string[][] {
    return this.#acknowledged.map((todos) => [...todos])
  }

  get failures(): readonly string[] {
    return this.#failures
  }

  /** Waits until each user has written that many more. */
  async writeMore(count: number): Promise<void> {
    const before = this.acknowledged
    const isDone = () => this.#acknowledged.every((todos, user) => todos.length >= (before[user]?.length ?? 0) + count)
    for (let tries = 0; !isDone(); tries++) {
      assert.ok(tries < 600, `the users write nothing more: ${this.#failures.at(-1)}`)
      await sleep(50)
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#running)
  }
}

/** The whole lists of the first users. */
export async function readLists(ask: Ask, count: number): Promise<string[][]> {
  return Promise.all(
    Array.from({ length: count }, async (_, user) => {
      const todos: string[] = []
      for (let offset: number | undefined = 0; offset !== undefined; ) {
        const { status, text } = await ask('GET', `/todos/user${user}?offset=${offset}`)
        assert.equal(status, 200, text)
        const page = JSON.parse(text) as { todos: string[]; nextOffset?: number }
        todos.push(...page.todos)
        offset = page.nextOffset
      }
      return todos
    }),
  )
}
