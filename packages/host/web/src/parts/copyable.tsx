import { useState } from 'react'
import { Button } from './button.tsx'

/** A text with a button that copies it. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setIsCopied(true)
    setTimeout(() => setIsCopied(false), 2_000)
  }
  return (
    <div className="row copyable">
      <span className="label">{label}</span>
      <code>{text}</code>
      <Button kind="plain" aria-label={`Copy: ${label}`} onPress={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
