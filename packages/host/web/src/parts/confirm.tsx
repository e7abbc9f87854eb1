import type { ReactNode } from 'react'
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from './button.tsx'

interface Props {
  /** The button that asks. */
  trigger: ReactNode
  title: string
  children: ReactNode
  action: string
  onConfirm: () => void
}

/** Asks before something is done that cannot be undone. */
export const Confirm = ({ trigger, title, children, action, onConfirm }: Props) => (
  <DialogTrigger>
    {trigger}
    <ModalOverlay className="overlay" isDismissable>
      <Modal className="modal">
        <Dialog role="alertdialog">
          {({ close }) => (
            <>
              <Heading slot="title">{title}</Heading>
              <div>{children}</div>
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
      </Modal>
    </ModalOverlay>
  </DialogTrigger>
)
