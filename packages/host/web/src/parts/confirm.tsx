import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

interface Props {
  trigger: ReactNode
  title: string
  children: ReactNode
  /** The text of the button that confirms. */
  action: string
  onConfirm: () => void
}

/** Asks the user to confirm an action that cannot be undone. */
export const Confirm = ({ children, action, onConfirm, ...dialog }: Props) => (
  <Dialog kind="alert" {...dialog}>
    {(close) => (
      <>
        <p>{children}</p>
        <div className="row end">
          <Button autoFocus onPress={close}>
            Cancel
          </Button>
          <Button
            kind="danger"
            onPress={() => {
              close()
              onConfirm()
            }}
          >
            {action}
          </Button>
        </div>
      </>
    )}
  </Dialog>
)
