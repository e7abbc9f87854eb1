import type { ReactNode } from 'react'
import { Button } from './button.tsx'

/** A message that screen readers announce when it appears. */
export const Notice = ({ kind, children }: { kind: 'error' | 'warning' | 'good'; children: ReactNode }) => (
  <div className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
    {children}
  </div>
)

interface ProblemProps {
  children: string
  /** What the button "Try again" does. */
  retry?: (() => unknown) | undefined
}

/** An error message; nothing where the text is empty. */
export const Problem = ({ children, retry }: ProblemProps) =>
  children && (
    <Notice kind="error">
      {retry ? (
        <div className="row spread">
          <span>{children}</span>
          <Button onPress={() => void retry()}>Try again</Button>
        </div>
      ) : (
        children
      )}
    </Notice>
  )
