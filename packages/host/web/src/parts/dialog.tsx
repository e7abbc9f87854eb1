import type { ReactNode } from 'react'
import { Dialog as AriaDialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from './button.tsx'

interface Props {
  /** A panel is large and at the side of the page. An alert asks for an answer. */
  kind: 'panel' | 'alert'
  /** The button that opens the dialog. */
  trigger: ReactNode
  title: string
  children: (close: () => void) => ReactNode
}

export const Dialog = ({ kind, trigger, title, children }: Props) => (
  <DialogTrigger>
    {trigger}
    <ModalOverlay className={`overlay ${kind}`} isDismissable>
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
  </DialogTrigger>
)
