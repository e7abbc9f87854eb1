import { useCallback, useEffect, useState } from 'react'
import { get } from './api.ts'
import { useAttempt } from './attempt.ts'

/** What the host returns for a path. */
export function useLoaded<Value>(path: string) {
  const [value, setValue] = useState<Value>()
  const { problem, attempt } = useAttempt()
  const reload = useCallback(() => attempt(async () => setValue(await get<Value>(path))), [path, attempt])
  useEffect(() => void reload(), [reload])
  return { value, setValue, problem, reload }
}
