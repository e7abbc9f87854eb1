import { useCallback, useState } from 'react'
import { messageOf } from './api.ts'

/** Runs work that can fail, and keeps the message of a failure until the next attempt. */
export function useAttempt() {
  const [problem, setProblem] = useState('')
  const attempt = useCallback(async (work: () => Promise<unknown>): Promise<void> => {
    setProblem('')
    try {
      await work()
    } catch (error) {
      setProblem(messageOf(error))
    }
  }, [])
  return { problem, setProblem, attempt }
}
