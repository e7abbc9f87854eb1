import { useState } from 'react'
import { toSentences } from '../../../src/sentences.ts'
import type { OperationSummary } from '../../../src/wire.ts'
import { messageOf } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { FileInput } from '../parts/file-input.tsx'
import { Form } from '../parts/form.tsx'
import { OperationRoute } from '../parts/operation-route.tsx'
import { Select } from '../parts/select.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { chosenFiles } from './chosen-files.ts'
import { type FormField, fieldsOf, readForm, textOf } from './form-fields.ts'

interface Props {
  title: string
  operation: OperationSummary
  onCall: (given: Record<string, unknown>) => void
}

/** A form made from the input schema of an operation. */
export function OperationForm({ title, operation, onCall }: Props) {
  const fields = fieldsOf(operation.input, operation.files)
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
      <h3>{title}</h3>
      {operation.description !== operation.title && <p>{operation.description}</p>}
      <OperationRoute operation={operation} />
      {fields.map((field) => (
        <FieldInput key={field.name} field={field} error={faults[field.name]} />
      ))}
      <Button type="submit" kind="primary">
        {operation.asks === 'never' ? 'Call' : 'Call (asks first)'}
      </Button>
    </Form>
  )
}

function FieldInput({ field, error }: { field: FormField; error: string | undefined }) {
  const { name, kind, description, isRequired, choices, example } = field
  const shared = { label: name, name, isRequired, error }
  if (kind === 'file')
    return <FileInput {...shared} description={description || undefined} isList={field.schema.type === 'array'} />
  if (kind === 'choice')
    return (
      <Select
        {...shared}
        description={description}
        options={[
          ['', isRequired ? 'Select an option' : 'Not set'],
          ...choices.map(textOf).map((one) => [one, one] as const),
        ]}
      />
    )
  return (
    <TextInput
      {...shared}
      description={toSentences([description, hints[kind] ?? '']) || undefined}
      lines={kind === 'json' || kind === 'list' || field.isLong ? 3 : 1}
      {...(example !== undefined && { placeholder: example })}
      {...(kind === 'number' && { inputMode: 'decimal' as const })}
    />
  )
}

const hints: Partial<Record<FormField['kind'], string>> = { list: 'One value per line', json: 'Enter JSON' }
