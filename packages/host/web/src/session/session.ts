import { createContext, useContext } from 'react'
import type { Session } from '../../../src/wire.ts'

interface SessionState {
  session: Session
  setSession: (session: Session) => void
  reload: () => Promise<void>
}

export const SessionContext = createContext<SessionState | undefined>(undefined)

export function useSession(): SessionState {
  const state = useContext(SessionContext)
  if (!state) throw new Error('useSession must be used below SessionContext')
  return state
}
