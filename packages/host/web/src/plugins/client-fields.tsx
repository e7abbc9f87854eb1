import { Copyable } from '../parts/copyable.tsx'
import { SecretInput, TextInput } from '../parts/text-input.tsx'

interface OAuthClient {
  id: string
  secret: string
}

interface Props {
  client: OAuthClient
  onChange: (client: OAuthClient) => void
  callbackUrl: string | undefined
  isRequired?: boolean
}

/** The OAuth client that the developer registered at the authorization server. */
export const ClientFields = ({ client, onChange, callbackUrl, isRequired = false }: Props) => (
  <>
    {callbackUrl && <Copyable label="Callback URL" text={callbackUrl} />}
    <TextInput
      label="Client ID"
      autoComplete="off"
      value={client.id}
      onChange={(id) => onChange({ ...client, id })}
      isRequired={isRequired}
    />
    <SecretInput label="Client secret" value={client.secret} onChange={(secret) => onChange({ ...client, secret })} />
  </>
)
