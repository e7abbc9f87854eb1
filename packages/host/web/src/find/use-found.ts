import { useCallback, useEffect, useState } from 'react'
import type { FoundOperation } from '../../../src/wire.ts'
import { get } from '../api.ts'
import { useAttempt } from '../attempt.ts'

/** Between the last key and the search, in milliseconds. */
const pause = 150
const longestText = 2_000

interface Found {
  /** The text that the operations were found for. */
  text: string
  operations: FoundOperation[]
}

const nothing: Found = { text: '', operations: [] }

/** The operations that fit what the user types, the best first, in the plugins of a conversation or in all. */
export function useFound(text: string, conversation: string | undefined) {
  const [found, setFound] = useState(nothing)
  const { problem, attempt } = useAttempt()
  const find = useCallback(
    async (wanted: string): Promise<Found> => {
      const query = new URLSearchParams({ text: wanted.slice(0, longestText), ...(conversation && { conversation }) })
      return { text: wanted, operations: await get<FoundOperation[]>(`/api/operations?${query}`) }
    },
    [conversation],
  )
  useEffect(() => {
    if (text.trim() === '') return setFound(nothing)
    let isCurrent = true
    const search = async () => {
      const result = await find(text)
      if (isCurrent) setFound(result)
    }
    const timer = setTimeout(() => void attempt(search), pause)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [text, find, attempt])
  return { found, problem, attempt, find }
}
