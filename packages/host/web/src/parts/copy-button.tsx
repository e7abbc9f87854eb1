import { useState } from 'react'
import { Button } from './button.tsx'

export function CopyButton({ label, text }: { label: string; text: string }) {
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setIsCopied(true)
    setTimeout(() => setIsCopied(false), 2_000)
  }
  return (
    <Button kind="plain" aria-label={`Copy: ${label}`} onPress={() => void copy()}>
      {isCopied ? 'Copied' : 'Copy'}
    </Button>
  )
}
