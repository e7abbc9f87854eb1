import { setTimeout as sleep } from 'node:timers/promises'

const longestWait = 10_000

/**
 * Repeats `work` while another process locks the file, for up to 10 seconds.
 * SQLite's own timeout would block the whole process, and does not cover the change to WAL.
 * @throws whatever `work` throws
 */
export async function whenFree<Result>(work: () => Result): Promise<Result> {
  const giveUp = Date.now() + longestWait
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || Date.now() > giveUp) throw error
      await sleep(1 + Math.random() * 4)
    }
  }
}

// https://www.sqlite.org/rescode.html: the low byte of an extended code is its primary code; 5 is SQLITE_BUSY.
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5
