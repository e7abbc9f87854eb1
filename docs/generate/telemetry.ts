import {
  attributes,
  type MetricDefinition,
  metrics,
  type SpanDefinition,
  spans,
} from '../../packages/telemetry/src/sent.ts'

/** docs/telemetry.md */
export const telemetryPage = (): string => `# Telemetry

Plugins and the host send traces and metrics by [OpenTelemetry](https://opentelemetry.io), to any collector or service
that takes OTLP over HTTP. It is off unless a variable of OpenTelemetry asks for it: then nothing of OpenTelemetry is
loaded, and a request costs the same as without it. Tracing everything costs a request some tens of microseconds of processor
time. \`pnpm spec\` generates this page.

## Switch it on

Start a collector, and give each process its address:

\`\`\`sh
OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 node plugins/todo/src/main.ts
\`\`\`

Without a collector, see the spans on standard output:

\`\`\`sh
OTEL_TRACES_EXPORTER=console node plugins/todo/src/main.ts
\`\`\`

| variable | meaning | default |
| --- | --- | --- |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\` | where traces and metrics are sent: \`/v1/traces\` and \`/v1/metrics\` are added | off |
| \`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\`, \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` | the whole URL of one of the two; the other stays off if it has no address | off |
| \`OTEL_TRACES_EXPORTER\`, \`OTEL_METRICS_EXPORTER\` | \`otlp\`, \`console\` or \`none\` | \`otlp\` if there is an address |
| \`OTEL_SDK_DISABLED\` | \`true\` switches all off | \`false\` |
| \`OTEL_EXPORTER_OTLP_PROTOCOL\` | \`http/protobuf\` or \`http/json\`; gRPC is not supported | \`http/protobuf\` |
| \`OTEL_EXPORTER_OTLP_HEADERS\` | headers for the collector, such as \`api-key=abc\` | none |
| \`OTEL_SERVICE_NAME\` | the name of the service | the plugin's name, or \`host\` |
| \`OTEL_RESOURCE_ATTRIBUTES\` | more about the service, such as \`deployment.environment.name=production\` | none |
| \`OTEL_TRACES_SAMPLER\`, \`OTEL_TRACES_SAMPLER_ARG\` | [which traces are recorded](#sampling) | \`always_on\` |
| \`OTEL_PROPAGATORS\` | \`tracecontext\`, or \`none\` to take and give no trace | \`tracecontext\` |
| \`OTEL_METRIC_EXPORT_INTERVAL\` | milliseconds between two reports of metrics | \`60000\` |

Others of OpenTelemetry work too: \`OTEL_EXPORTER_OTLP_TIMEOUT\`, \`_COMPRESSION\`, \`_CERTIFICATE\` and the two for client
certificates, \`OTEL_METRIC_EXPORT_TIMEOUT\`, and \`OTEL_BSP_…\` for the queue of spans. A value that is not supported is one
line in the log, and the default is used.

**When a collector fails.** Requests neither wait nor fail. At most 2,048 spans wait to be sent; more are dropped. The log
has one line when nothing can be sent, and one when it works again. When the process stops, what waits is sent, for at
most 2 seconds. Each of several workers is a service instance of its own (\`service.instance.id\`).

**Logs.** Each line has the \`trace_id\` and the \`span_id\` that it belongs to. The lines are not sent: your collector can
read them from standard output.

## An example

[\`deploy/collector.yaml\`](../deploy/collector.yaml) is a configuration for the OpenTelemetry Collector: it receives traces
and metrics, and prints them.

\`\`\`sh
docker run --rm -p 4318:4318 -v ./deploy/collector.yaml:/etc/otelcol/config.yaml otel/opentelemetry-collector
\`\`\`

[\`deploy/telemetry.yaml\`](../deploy/telemetry.yaml) adds it to the instances of [compose.yaml](deploying.md):

\`\`\`sh
docker compose --file compose.yaml --file deploy/telemetry.yaml up --detach --wait
\`\`\`

Jaeger shows traces without any configuration, at <http://localhost:16686>:

\`\`\`sh
docker run --rm -p 4318:4318 -p 16686:16686 jaegertracing/jaeger
\`\`\`

CI cannot fetch these images, so it does not test these commands. It sends traces to a receiver of other authors, the
telemetry server of Genkit, and decodes traces and metrics with OpenTelemetry's own definitions.

## One conversation is one trace

\`\`\`
invoke_agent                              host      a turn of the conversation
├─ chat gpt-5                             host      the model asks for two calls
├─ execute_tool getTodos                  host
│  └─ GET                                 host      the request to todo
│     └─ GET /todos/{username}            todo
│        └─ getTodos                      todo
│           └─ SELECT todo                todo
└─ tools/call getPrice                    host      a plugin that is registered by its MCP server
   ├─ POST                                host
   │  └─ POST /mcp                        stocks
   └─ tools/call getPrice                 stocks    its link leads to POST /mcp
      └─ getPrice                         stocks
         └─ GET                           stocks    the request to the API behind it
\`\`\`

All turns of a conversation have the same trace id, also after a restart and on another instance. The request of the page
that began a turn is a link.

A trace comes in by the headers \`traceparent\` and \`tracestate\`
([W3C Trace Context](https://www.w3.org/TR/trace-context/)) and by the same members of \`_meta\` in a message to MCP
([SEP-414](https://modelcontextprotocol.io/seps/414)). It goes on to the APIs that plugins call with \`createUpstream\`, and
from the host to plugins. It does not go to servers that users chose: feeds, logos, models, and where a plugin redirects
to. \`baggage\` is neither read nor sent, because it may say anything about a user.

## Sampling

\`OTEL_TRACES_SAMPLER=traceidratio\` with \`OTEL_TRACES_SAMPLER_ARG=0.1\` records every tenth trace. The host and the plugins
decide by the trace id, so with the same share they record the same traces.

Callers of a public plugin are strangers. Their trace id is taken, so that they can find their calls in your traces, but
they do not decide what you record: the default is \`always_on\`, where OpenTelemetry's is \`parentbased_always_on\`. With
\`traceidratio\` a caller can choose trace ids that are recorded; its requests still count for the rate limit. Set a
\`parentbased_…\` sampler only if everything that reaches the plugin is yours, such as behind a gateway of your own. With
\`OTEL_PROPAGATORS=none\` every request begins a trace of its own.

## Privacy

What is sent has no inputs, outputs, tokens, user names, addresses of clients, paths, query strings, headers or messages of
errors. Statements have \`?\` for each value. The code can set only the attributes on this page. Tests send marked secrets
in every place of a request to all plugins, in a conversation of the host and in errors, and search every byte that is
sent. \`tracestate\` is passed on as the caller sent it.

The host names of servers that are called are in spans, also of feeds that users follow. Names of operations, models and
plugins' servers in the host's spans are those that its users chose.

## Spans

Instrumentation scope: \`@reference-plugins/telemetry\`. A span that has failed has \`error.type\` and the status *error*, without a
description. What is refused before it is read has none: a request that is not valid HTTP, and the 503 of a server that
answers too many requests at once.

${Object.values<SpanDefinition>(spans).map(spanSection).join('\n')}
## Metrics

| metric | type | unit | what | attributes |
| --- | --- | --- | --- | --- |
${Object.values<MetricDefinition>(metrics).map(metricRow).join('\n')}

## Attributes

Names without the prefix \`reference_plugins\` are those of OpenTelemetry's
[semantic conventions](https://opentelemetry.io/docs/specs/semconv/). \`url.path\` is left out on purpose: paths contain
inputs.

| attribute | value |
| --- | --- |
${Object.entries(attributes)
  .map(([name, value]) => `| \`${name}\` | ${value} |`)
  .join('\n')}

## Your own spans

Code that uses \`@opentelemetry/api\` adds spans to the same traces: \`trace.getTracer('weather').startActiveSpan(…)\`. The
channels are open too: \`diagnostics_channel.tracingChannel('reference-plugins:operation').subscribe(…)\` needs no
OpenTelemetry; their events are in [\`events.ts\`](../packages/telemetry/src/events.ts).
`

const spanSection = ({ name, kind, title, attributes: own }: SpanDefinition): string =>
  `**\`${name}\`** (${kind}): ${title}. ${own.map((one) => `\`${one}\``).join(', ')}.\n`

const metricRow = ({ name, type, unit, title, attributes: own }: MetricDefinition): string =>
  `| \`${name}\` | ${type} | \`${unit}\` | ${title} | ${own.map((one) => `\`${one}\``).join(', ')} |`
