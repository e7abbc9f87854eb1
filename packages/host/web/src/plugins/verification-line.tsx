import type { PluginPreview } from '../../../src/wire.ts'
import { Copyable } from '../parts/copyable.tsx'

interface Props {
  verification: NonNullable<PluginPreview['verification']>
}

export const VerificationLine = ({ verification: { service, token } }: Props) => (
  <Copyable
    label="Add this line to “auth” in the manifest"
    text={`"verification_tokens": { "${service}": "${token}" }`}
  />
)
