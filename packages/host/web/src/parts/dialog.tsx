import type { ReactNode } from 'react'
import { Dialog as AriaDialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from './button.tsx'

interface ContentProps {
  /** A panel is large and at the side of the page. An alert asks for an answer. */
  kind: 'panel' | 'alert'
  title: string
  children: (close: () => void) => ReactNode
}

/** A dialog that a button opens. */
export const Dialog = ({ trigger, ...content }: ContentProps & { trigger: ReactNode }) => (
  <DialogTrigger>
    {trigger}
    <DialogContent {...content} />
  </DialogTrigger>
)

/** A panel that is open while it is rendered. */
export const OpenPanel = ({ onClose, ...content }: Omit<ContentProps, 'kind'> & { onClose: () => void }) => (
  <DialogContent kind="panel" isOpen onOpenChange={(isOpen) => !isOpen && onClose()} {...content} />
)

interface State {
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
}

const DialogContent = ({ kind, title, children, ...state }: ContentProps & State) => (
  <ModalOverlay className={`overlay ${kind}`} isDismissable {...state}>
    <Modal className="dialog">
      <AriaDialog role={kind === 'alert' ? 'alertdialog' : 'dialog'}>
        {({ close }) => (
          <>
            <header className="row spread">
              <Heading slot="title">{title}</Heading>
              {kind === 'panel' && <Button onPress={close}>Close</Button>}
            </header>
            {children(close)}
          </>
        )}
      </AriaDialog>
    </Modal>
  </ModalOverlay>
)
