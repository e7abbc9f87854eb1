import { useState } from 'react'
import type { OperationSummary } from '../../../src/wire.ts'
import { messageOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Name } from '../parts/name.tsx'
import { OperationRoute } from '../parts/operation-route.tsx'
import { chosenFiles } from './chosen-files.ts'
import { FieldInput } from './field-input.tsx'
import { fieldsOf, readForm } from './form-fields.ts'
import type { Prefilled } from './prefilled.ts'

interface Props {
  operation: OperationSummary
  prefilled?: Prefilled | undefined
  onCall: (given: Record<string, unknown>) => void
}

/** A form made from the input schema of an operation. Nothing is sent until the user presses its button. */
export function OperationForm({ operation, prefilled = {}, onCall }: Props) {
  const fields = fieldsOf(operation.input, operation.files)
  const firstMissing = fields.find(({ name, isRequired }) => isRequired && !(name in prefilled))
  const [faults, setFaults] = useState<Record<string, string>>({})
  const submit = async (values: Record<string, string>, form: HTMLFormElement) => {
    const { files: names = [] } = operation
    const files = await chosenFiles(form, names).catch((error: unknown) => messageOf(error))
    if (typeof files === 'string') return setFaults({ [names[0] ?? '']: files })
    const read = readForm(fields, values, files)
    setFaults(read.faults)
    if (Object.keys(read.faults).length === 0) onCall(read.arguments)
  }
  return (
    <Form onSubmit={submit}>
      <div className="operation-head">
        <Name>{operation.name}</Name>
        {operation.description !== operation.title && <p>{operation.description}</p>}
        <OperationRoute operation={operation} />
      </div>
      {fields.length === 0 && <p>This operation has no inputs.</p>}
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          prefilled={prefilled[field.name]}
          autoFocus={field === firstMissing}
          error={faults[field.name]}
        />
      ))}
      <Button type="submit" kind="primary" autoFocus={firstMissing === undefined}>
        {operation.asks === 'never' ? 'Call' : 'Call (asks first)'}
      </Button>
    </Form>
  )
}
