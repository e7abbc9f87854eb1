import type { ReactNode } from 'react'
import { Heading } from 'react-aria-components'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

interface Props {
  trigger: ReactNode
  title: string
  children: (close: () => void) => ReactNode
}

/** A large dialog at the side of the page, over all of it on a phone. */
export const Panel = ({ trigger, title, children }: Props) => (
  <Dialog trigger={trigger} kind="panel" role="dialog">
    {(close) => (
      <>
        <div className="row spread">
          <Heading slot="title">{title}</Heading>
          <Button onPress={close}>Close</Button>
        </div>
        {children(close)}
      </>
    )}
  </Dialog>
)
