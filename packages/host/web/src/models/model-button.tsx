import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ModelIcon } from '../parts/icons.tsx'
import { useSession } from '../session/session.ts'
import { ModelCard } from './model-card.tsx'

/** Says which model answers, and opens the choice of another one. */
export function ModelButton() {
  const { chosen } = useSession().session.model
  return (
    <Dialog
      kind="panel"
      title="Model"
      trigger={
        <Button kind="plain" {...(chosen && { 'aria-label': `Model: ${chosen.model}` })}>
          <ModelIcon /> <span className="cut">{chosen ? chosen.model : 'Connect a model'}</span>
        </Button>
      }
    >
      {(close) => <ModelCard onChosen={close} />}
    </Dialog>
  )
}
