import type { PluginDetail } from '../../../src/wire.ts'
import { Code } from '../parts/json-view.tsx'

/** The documents as they were approved. */
export const Documents = ({ plugin: { manifest, spec, prompt } }: { plugin: PluginDetail }) => (
  <section className="card" aria-labelledby="documents">
    <h2 id="documents">Documents</h2>
    <details>
      <summary>As ChatGPT put it before its model</summary>
      <Code label="Prompt" text={prompt} />
    </details>
    {manifest !== undefined && (
      <details>
        <summary>Manifest</summary>
        <Code label="Manifest" text={manifest} />
      </details>
    )}
    {spec !== undefined && (
      <details>
        <summary>Spec</summary>
        <Code label="Spec" text={spec} />
      </details>
    )}
  </section>
)
