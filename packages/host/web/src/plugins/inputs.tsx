import type { OperationSummary } from '../../../src/wire.ts'
import { fieldsOf } from '../operation/form-fields.ts'
import { CodeDetails } from '../parts/code.tsx'
import { toJson } from '../parts/json.ts'
import { Name } from '../parts/name.tsx'

/** The inputs of an operation, for people and as the model gets them. */
export function Inputs({ operation: { name, input, files } }: { operation: OperationSummary }) {
  const fields = fieldsOf(input, files)
  return (
    <>
      {fields.length === 0 ? (
        <p>No inputs.</p>
      ) : (
        <dl className="facts">
          {fields.map((field) => (
            <div key={field.name}>
              <dt>
                <Name>{field.name}</Name>
                {field.isRequired && <small> required</small>}
              </dt>
              <dd>{field.description}</dd>
            </div>
          ))}
        </dl>
      )}
      <CodeDetails label={`Schema of ${name}`} text={toJson(input)} />
    </>
  )
}
