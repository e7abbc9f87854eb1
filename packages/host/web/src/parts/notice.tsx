import type { ReactNode } from 'react'

/** A message that is heard when it appears. */
export const Notice = ({ kind, children }: { kind: 'error' | 'warning' | 'info' | 'good'; children: ReactNode }) => (
  <div className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
    {children}
  </div>
)
