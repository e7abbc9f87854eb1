interface Props<Value extends string> {
  label: string
  name?: string
  value?: Value
  /** Each value with the text that is shown for it. */
  options: readonly (readonly [Value, string])[]
  onChange?: (value: Value) => void
  isRequired?: boolean
  description?: string
  error?: string | undefined
}

export const Select = <Value extends string>({
  label,
  name,
  value,
  options,
  onChange,
  isRequired = false,
  description,
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
      onChange={(event) => onChange?.(event.target.value as Value)}
      required={isRequired}
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
