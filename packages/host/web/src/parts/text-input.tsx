import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from 'react-aria-components'

interface Props extends Omit<TextFieldProps, 'children' | 'className'> {
  label: string
  description?: string | undefined
  placeholder?: string
  /** More than one: a field of so many lines. */
  lines?: number
  error?: string | undefined
}

export const TextInput = ({ label, description, placeholder, lines = 1, error, ...props }: Props) => {
  const hint = placeholder === undefined ? {} : { placeholder }
  return (
    <TextField {...props} className="field" {...(error !== undefined && { isInvalid: true })}>
      <Label>
        {label}
        {props.isRequired && <span aria-hidden="true"> *</span>}
      </Label>
      {lines > 1 ? <TextArea rows={lines} {...hint} spellCheck="false" /> : <Input {...hint} />}
      {description && <Text slot="description">{description}</Text>}
      <FieldError>{error}</FieldError>
    </TextField>
  )
}
