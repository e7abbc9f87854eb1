import type { ReactNode } from 'react'
import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from 'react-aria-components'

interface Props extends Omit<TextFieldProps, 'children' | 'className'> {
  label: string
  description?: ReactNode
  placeholder?: string
  /** Its height. More than one makes it a multi-line field. */
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

/** A field for a password, token or key that the browser does not remember. */
export const SecretInput = (props: Props) => <TextInput type="password" autoComplete="off" {...props} />
