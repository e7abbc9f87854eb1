import {
  type Context,
  type Counter,
  type Histogram,
  type Link,
  type Meter,
  type ObservableGauge,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
  type UpDownCounter,
} from '@opentelemetry/api'
import type { AttributeName, Attributes, MetricDefinition, SpanDefinition } from './sent.ts'

type Defined = { readonly attributes: readonly AttributeName[] }
type Values = Record<string, string | number | string[]>

/** Measures one thing, with the attributes that its definition allows. */
export type Measure<Definition extends Defined> = (value: number, attributes: Attributes<Definition>) => void

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }

/** Makes spans and metrics that have no attribute but those of `sent.ts`. */
export class Instruments {
  readonly #tracer: Tracer
  readonly #meter: Meter

  constructor(tracer: Tracer, meter: Meter) {
    this.#tracer = tracer
    this.#meter = meter
  }

  /** Starts a span, and returns the context for what happens in it. */
  startSpan<Definition extends SpanDefinition>(
    definition: Definition,
    name: string,
    attributes: Attributes<Definition>,
    { parent, links = [] }: { parent: Context | undefined; links?: Link[] },
  ): Context {
    const span = this.#tracer.startSpan(
      name,
      { kind: kinds[definition.kind], attributes: defined(attributes), links, root: parent === undefined },
      parent ?? ROOT_CONTEXT,
    )
    return trace.setSpan(parent ?? ROOT_CONTEXT, span)
  }

  /** A histogram, a counter or an up-down counter. */
  measure<Definition extends MetricDefinition>(definition: Definition): Measure<Definition> {
    const { name, type, title: description, unit, buckets } = definition
    const advice = buckets ? { advice: { explicitBucketBoundaries: [...buckets] } } : {}
    const options = { description, unit, ...advice }
    if (type === 'histogram') return record(this.#meter.createHistogram(name, options))
    return add(
      type === 'counter' ? this.#meter.createCounter(name, options) : this.#meter.createUpDownCounter(name, options),
    )
  }

  /** Asks for a figure before each report. */
  observe<Definition extends MetricDefinition>(
    definition: Definition,
    read: (tell: Measure<Definition>) => void,
  ): void {
    const { name, type, title: description, unit } = definition
    const options = { description, unit }
    const observable: ObservableGauge =
      type === 'gauge'
        ? this.#meter.createObservableGauge(name, options)
        : this.#meter.createObservableUpDownCounter(name, options)
    observable.addCallback((result) => read((value, attributes) => result.observe(value, defined(attributes))))
  }
}

/** Adds attributes to the span of a context, and ends it. It has failed if there is an `error.type`. */
export function endSpan<Definition extends SpanDefinition>(
  _: Definition,
  context: Context,
  attributes: Attributes<Definition>,
): void {
  const span = trace.getSpan(context)
  if (!span) return
  span.setAttributes(defined(attributes))
  if ((attributes as Values)['error.type'] !== undefined) fail(span)
  span.end()
}

/** The message of an error stays in the log: it may contain inputs. */
const fail = (span: Span): void => void span.setStatus({ code: SpanStatusCode.ERROR })

const record =
  <Definition extends Defined>(histogram: Histogram): Measure<Definition> =>
  (value, attributes) =>
    histogram.record(value, defined(attributes))

const add =
  <Definition extends Defined>(counter: Counter | UpDownCounter): Measure<Definition> =>
  (value, attributes) =>
    counter.add(value, defined(attributes))

function defined(attributes: Record<string, string | number | string[] | undefined>): Values {
  const values: Values = {}
  for (const name in attributes) if (attributes[name] !== undefined) values[name] = attributes[name]
  return values
}
