import type { ReactNode } from 'react'
import { Dialog as AriaDialog, DialogTrigger, Modal, ModalOverlay } from 'react-aria-components'

interface Props {
  /** The button that opens the dialog. */
  trigger: ReactNode
  kind: 'modal' | 'panel'
  role: 'dialog' | 'alertdialog'
  children: (close: () => void) => ReactNode
}

export const Dialog = ({ trigger, kind, role, children }: Props) => (
  <DialogTrigger>
    {trigger}
    <ModalOverlay className={`overlay over-${kind}`} isDismissable>
      <Modal className={kind}>
        <AriaDialog role={role}>{({ close }) => children(close)}</AriaDialog>
      </Modal>
    </ModalOverlay>
  </DialogTrigger>
)
