import { useState } from 'react'
import type { ModelChoice } from '../../../src/wire.ts'
import { Button } from '../parts/button.tsx'
import { Form } from '../parts/form.tsx'
import { Select } from '../parts/select.tsx'
import { SecretInput, TextInput } from '../parts/text-input.tsx'

export function EndpointForm({ onChoose }: { onChoose: (choice: ModelChoice) => Promise<void> }) {
  const [provider, setProvider] = useState<ModelChoice['provider']>('openai-compatible')
  const submit = ({ baseUrl = '', model = '', ...key }: Record<string, string>) =>
    onChoose({ provider, baseUrl: baseUrl.trim().replace(/\/+$/, ''), model, ...key })
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
      <TextInput label="Base URL" name="baseUrl" placeholder="http://localhost:11434/v1" isRequired />
      <TextInput label="Model" name="model" isRequired />
      <SecretInput label="API key" name="apiKey" description="Stored encrypted and sent only to this endpoint" />
      <Button type="submit" kind="primary">
        Use endpoint
      </Button>
    </Form>
  )
}
