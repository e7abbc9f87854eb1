interface Props {
  label: string
  name: string
  isRequired: boolean
  /** Whether several files can be chosen. */
  isList: boolean
  description?: string | undefined
  error?: string | undefined
}

export const FileInput = ({ label, name, isRequired, isList, description, error }: Props) => (
  <label className="field">
    <span>
      {label}
      {isRequired && ' *'}
    </span>
    <input type="file" name={name} required={isRequired} multiple={isList} aria-invalid={error !== undefined} />
    {description && <small>{description}</small>}
    {error && <small className="fault">{error}</small>}
  </label>
)
