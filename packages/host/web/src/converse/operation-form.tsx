import { useState } from 'react'
import type { OperationSummary } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { type FormField, fieldsOf, readForm } from './form-fields.ts'

interface Props {
  title: string
  operation: OperationSummary
  onCall: (given: Record<string, unknown>) => void
}

/** A form made from the schema of an operation. */
export function OperationForm({ title, operation, onCall }: Props) {
  const fields = fieldsOf(operation.input)
  const [values, setValues] = useState<Record<string, string>>({})
  const [faults, setFaults] = useState<Record<string, string>>({})
  const set = (name: string) => (value: string) => setValues({ ...values, [name]: value })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const read = readForm(fields, values)
        setFaults(read.faults)
        if (Object.keys(read.faults).length === 0) onCall(read.arguments)
      }}
    >
      <h3>{title}</h3>
      {operation.description !== operation.title && <p>{operation.description}</p>}
      {operation.method && (
        <p>
          <code>
            {operation.method} {operation.path}
          </code>
        </p>
      )}
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          fault={faults[field.name]}
          onChange={set(field.name)}
        />
      ))}
      <Button type="submit" kind="primary">
        {operation.asks === 'never' ? 'Call' : 'Call, after a question'}
      </Button>
    </form>
  )
}

function FieldInput({
  field,
  value,
  fault,
  onChange,
}: {
  field: FormField
  value: string
  fault: string | undefined
  onChange: (value: string) => void
}) {
  const { name, kind, description, isRequired, choices, example } = field
  if (kind === 'choice')
    return (
      <label className="field">
        <span>
          {name}
          {isRequired && ' *'}
        </span>
        <select
          value={value}
          onChange={(event) => onChange(event.target.value)}
          required={isRequired}
          aria-invalid={fault !== undefined}
        >
          <option value="">{isRequired ? 'Choose' : 'not sent'}</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
        {description && <small>{description}</small>}
        {fault && <small className="fault">{fault}</small>}
      </label>
    )
  return (
    <TextInput
      label={name}
      value={value}
      onChange={onChange}
      isRequired={isRequired}
      description={[description, hints[kind]].filter(Boolean).join('. ') || undefined}
      lines={kind === 'json' || kind === 'list' || field.isLong ? 3 : 1}
      error={fault}
      {...(example !== undefined && { placeholder: example })}
      {...(kind === 'number' && { inputMode: 'decimal' as const })}
    />
  )
}

const hints: Record<FormField['kind'], string> = {
  text: '',
  number: '',
  choice: '',
  list: 'One a line',
  json: 'As JSON',
}
