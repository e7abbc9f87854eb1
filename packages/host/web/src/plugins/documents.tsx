import type { PluginDetail } from '../../../src/wire.ts'
import { CodeDetails } from '../parts/code.tsx'

/** The documents that were approved. */
export const Documents = ({ plugin: { manifest, spec, prompt } }: { plugin: PluginDetail }) => (
  <section className="card" aria-labelledby="documents">
    <h2 id="documents">Documents</h2>
    <CodeDetails label="Prompt in ChatGPT’s format" text={prompt} />
    {manifest !== undefined && <CodeDetails label="Manifest" text={manifest} />}
    {spec !== undefined && <CodeDetails label="Spec" text={spec} />}
  </section>
)
