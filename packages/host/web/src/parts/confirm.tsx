import type { ReactNode } from 'react'
import { Heading } from 'react-aria-components'
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
export const Confirm = ({ trigger, title, children, action, onConfirm }: Props) => (
  <Dialog trigger={trigger} kind="modal" role="alertdialog">
    {(close) => (
      <>
        <Heading slot="title">{title}</Heading>
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
