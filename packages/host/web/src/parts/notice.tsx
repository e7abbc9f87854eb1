import type { ReactNode } from 'react'

/** A message that screen readers announce when it appears. */
export const Notice = ({ kind, children }: { kind: 'error' | 'warning' | 'good'; children: ReactNode }) => (
  <div className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
    {children}
  </div>
)

/** An error message; nothing where the text is empty. */
export const Problem = ({ children }: { children: string }) => children && <Notice kind="error">{children}</Notice>
