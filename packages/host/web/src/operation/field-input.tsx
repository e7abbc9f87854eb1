import { useState } from 'react'
import { toSentences } from '../../../src/sentences.ts'
import { FileInput } from '../parts/file-input.tsx'
import { Select } from '../parts/select.tsx'
import { TextInput } from '../parts/text-input.tsx'
import { type FormField, fieldText, textOf } from './form-fields.ts'
import type { Prefilled } from './prefilled.ts'

interface Props {
  field: FormField
  prefilled: Prefilled[string] | undefined
  autoFocus: boolean
  error: string | undefined
}

/** A field of an operation's form. A value that the user did not type is marked until the user changes it. */
export function FieldInput({ field, prefilled, autoFocus, error }: Props) {
  const { name, kind, description, isRequired, choices, example } = field
  const [isChanged, setIsChanged] = useState(false)
  const shared = { label: name, name, isRequired, error }
  if (kind === 'file')
    return <FileInput {...shared} description={description || undefined} isList={field.schema.type === 'array'} />
  const hint = toSentences([description, hints[kind] ?? ''])
  const help = (hint !== '' || prefilled) && (
    <>
      {prefilled && !isChanged && <span className="origin">{prefilled.origin}</span>}
      {hint}
    </>
  )
  const filled = {
    ...shared,
    autoFocus,
    description: help,
    onChange: () => setIsChanged(true),
    ...(prefilled && { defaultValue: fieldText(field, prefilled.value) }),
  }
  if (kind === 'choice')
    return (
      <Select
        {...filled}
        options={[
          ['', isRequired ? 'Select an option' : 'Not set'],
          ...choices.map(textOf).map((one) => [one, one] as const),
        ]}
      />
    )
  return (
    <TextInput
      {...filled}
      lines={kind === 'json' || kind === 'list' || field.isLong ? 3 : 1}
      {...(example !== undefined && { placeholder: example })}
      {...(kind === 'number' && { inputMode: 'decimal' as const })}
    />
  )
}

const hints: Partial<Record<FormField['kind'], string>> = { list: 'One value per line', json: 'Enter JSON' }
