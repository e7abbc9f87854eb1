import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { Warnings } from './warnings.ts'

/**
 * The sampler that OTEL_TRACES_SAMPLER names. By default `always_on`, not `parentbased_always_on`: otherwise any caller
 * could decide what is traced here.
 */
export function samplerOf(
  { OTEL_TRACES_SAMPLER: name = '', OTEL_TRACES_SAMPLER_ARG: ratio }: NodeJS.ProcessEnv,
  warnings: Warnings,
): Sampler {
  const whole = name.trim() || 'always_on'
  const isParentBased = whole.startsWith('parentbased_')
  const root = rootOf(whole.replace('parentbased_', ''), ratio, warnings)
  if (root) return isParentBased ? new ParentBasedSampler({ root }) : root
  warnings.tell('sampler', `OTEL_TRACES_SAMPLER=${whole} is not supported: everything is traced`)
  return new AlwaysOnSampler()
}

function rootOf(name: string, ratio: string | undefined, warnings: Warnings): Sampler | undefined {
  if (name === 'always_on') return new AlwaysOnSampler()
  if (name === 'always_off') return new AlwaysOffSampler()
  if (name !== 'traceidratio') return undefined
  const share = ratio?.trim() ? Number(ratio) : 1
  if (share >= 0 && share <= 1) return new TraceIdRatioBasedSampler(share)
  warnings.tell('ratio', `OTEL_TRACES_SAMPLER_ARG=${ratio} is not a number from 0 to 1: everything is traced`)
  return new TraceIdRatioBasedSampler(1)
}
