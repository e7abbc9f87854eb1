import { CopyButton } from './copy-button.tsx'

/** A text with a button that copies it. */
export const Copyable = ({ label, text }: { label: string; text: string }) => (
  <div className="row copyable">
    <span className="label">{label}</span>
    <code>{text}</code>
    <CopyButton label={label} text={text} />
  </div>
)
