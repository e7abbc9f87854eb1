import { useState } from 'react'
import type { ModelChoice } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Select } from '../parts/select.tsx'
import { SecretInput, TextInput } from '../parts/text-input.tsx'

export function EndpointForm({ onChoose }: { onChoose: (choice: ModelChoice) => Promise<void> }) {
  const [provider, setProvider] = useState<ModelChoice['provider']>('openai-compatible')
  const [baseUrl, setBaseUrl] = useState('')
  const [model, setModel] = useState('')
  const [apiKey, setApiKey] = useState('')
  const submit = () =>
    onChoose({ provider, baseUrl: baseUrl.trim().replace(/\/+$/, ''), model, ...(apiKey !== '' && { apiKey }) })
  return (
    <Form onSubmit={submit}>
      <h3>Custom endpoint</h3>
      <Select
        label="API format"
        value={provider}
        options={[
          ['openai-compatible', 'OpenAI (Ollama, vLLM, LM Studio, llama.cpp)'],
          ['anthropic', 'Anthropic'],
        ]}
        onChange={setProvider}
      />
      <TextInput
        label="Base URL"
        value={baseUrl}
        onChange={setBaseUrl}
        placeholder="http://localhost:11434/v1"
        isRequired
      />
      <TextInput label="Model" value={model} onChange={setModel} isRequired />
      <SecretInput
        label="API key"
        value={apiKey}
        onChange={setApiKey}
        description="Stored encrypted and sent only to this endpoint"
      />
      <Button type="submit" kind="primary">
        Use endpoint
      </Button>
    </Form>
  )
}
