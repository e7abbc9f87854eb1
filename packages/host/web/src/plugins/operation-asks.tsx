import type { OperationSummary } from '../../../src/wire.ts'
import { confirmationLabels } from './labels.ts'

/** Whether the host asks before it calls the operation. */
export const OperationAsks = ({ operation: { asks } }: { operation: OperationSummary }) => (
  <span className={`tag ${asks === 'never' ? 'active' : asks === 'always' ? 'asks' : ''}`}>
    {confirmationLabels[asks]}
  </span>
)
