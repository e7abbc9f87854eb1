import type { ReactNode } from 'react'

interface Props<Value extends string> {
  label: string
  name?: string
  value?: Value
  defaultValue?: Value | undefined
  /** Each value with the text that is shown for it. */
  options: readonly (readonly [Value, string])[]
  onChange?: (value: Value) => void
  isRequired?: boolean
  description?: ReactNode
  autoFocus?: boolean
  error?: string | undefined
}

export const Select = <Value extends string>({
  label,
  name,
  value,
  defaultValue,
  options,
  onChange,
  isRequired = false,
  description,
  autoFocus,
  error,
}: Props<Value>) => (
  <label className="field">
    <span>
      {label}
      {isRequired && ' *'}
    </span>
    <select
      name={name}
      value={value}
      defaultValue={defaultValue}
      onChange={(event) => onChange?.(event.target.value as Value)}
      required={isRequired}
      // biome-ignore lint/a11y/noAutofocus: a form that opens begins at the first field that is missing
      autoFocus={autoFocus}
      aria-invalid={error !== undefined}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
    {description && <small>{description}</small>}
    {error && <small className="fault">{error}</small>}
  </label>
)
