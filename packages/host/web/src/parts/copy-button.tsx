import { useState } from 'react'
import { Button } from './button.tsx'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setIsCopied(true)
    setTimeout(() => setIsCopied(false), 2_000)
  }
  return (
    <Button kind="plain" aria-label={`Copy ${label}`} onPress={() => void copy()}>
      {isCopied ? 'Copied' : 'Copy'}
    </Button>
  )
}

/** Something to be taken over elsewhere, with a button for it. */
export const Copyable = ({ label, text }: { label: string; text: string }) => (
  <div className="copyable">
    <span className="label">{label}</span>
    <code>{text}</code>
    <CopyButton text={text} label={label} />
  </div>
)
