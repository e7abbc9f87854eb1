import { Copyable } from '../parts/copyable.tsx'
import { SecretInput, TextInput } from '../parts/text-input.tsx'

interface Props {
  callbackUrl: string | undefined
  clientId?: string | undefined
  isRequired?: boolean
}

/** The OAuth client that the developer registered at the authorization server. */
export const ClientFields = ({ callbackUrl, clientId = '', isRequired = false }: Props) => (
  <>
    {callbackUrl && <Copyable label="Callback URL" text={callbackUrl} />}
    <TextInput label="Client ID" name="clientId" defaultValue={clientId} autoComplete="off" isRequired={isRequired} />
    <SecretInput label="Client secret" name="clientSecret" />
  </>
)
