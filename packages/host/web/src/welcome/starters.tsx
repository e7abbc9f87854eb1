import type { Starter } from '../../../src/wire.ts'
import { Name } from '../parts/name.tsx'

const shownAtOnce = 3

interface Props {
  starters: Starter[]
  hasModel: boolean
  onStart: (starter: Starter) => void
}

/** Whether to say which operation it opens. */
const opens = ({ source, text, found }: Starter, hasModel: boolean): boolean =>
  (!hasModel || source === 'operation') && text !== found?.operation.name

/** Sentences to begin with. Each is sent to the model; without one, it opens an operation or lists those that may be meant. */
export const Starters = ({ starters, hasModel, onStart }: Props) => (
  <ul className="plain">
    {starters.slice(0, shownAtOnce).map((starter) => (
      <li key={starter.text}>
        <button type="button" className="choice starter" onClick={() => onStart(starter)}>
          <span>{starter.text}</span>
          {starter.found && opens(starter, hasModel) && (
            <small>
              Opens <Name>{starter.found.operation.name}</Name>
            </small>
          )}
        </button>
      </li>
    ))}
  </ul>
)
