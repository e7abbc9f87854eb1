import type { ReactNode } from 'react'
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from './button.tsx'

/** Something large beside the page, over it on a phone. */
export const Panel = ({
  trigger,
  title,
  children,
}: {
  trigger: ReactNode
  title: string
  children: (close: () => void) => ReactNode
}) => (
  <DialogTrigger>
    {trigger}
    <ModalOverlay className="overlay side" isDismissable>
      <Modal className="panel">
        <Dialog>
          {({ close }) => (
            <>
              <div className="row spread">
                <Heading slot="title">{title}</Heading>
                <Button onPress={close}>Close</Button>
              </div>
              {children(close)}
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  </DialogTrigger>
)
